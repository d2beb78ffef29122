/** Finds the instants at which the clocks of a time zone show a given date and time: one, none or two of them. */

/** A date and time without a zone. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

const DAY_MS = 86_400_000;
const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/**
 * Milliseconds since 1970, ascending. `timeZone` is an IANA name. None where clocks are put forward over the
 * time, two where they are put back over it.
 */
export function instantsOf(wall: WallTime, timeZone: string): number[] {
  return [...new Set(readings(wall, timeZone))].filter((instant) => showsOf(instant, timeZone) === asUtc(wall));
}

/** The first instant after the time that clocks leave out; of any other time, the first that shows it. */
export function firstInstantFrom(wall: WallTime, timeZone: string): number {
  const [first] = instantsOf(wall, timeZone);
  // Read with the offset from before the clocks are put forward, a time that is left out lies behind it.
  return first ?? Math.max(...readings(wall, timeZone));
}

/** Milliseconds since 1970 of this date and time in UTC. */
export function asUtc({ year, month, day, hour, minute, second, millisecond }: WallTime): number {
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

/** What the time would mean with the zone's offset a day before and a day after: zones change less often. */
function readings(wall: WallTime, timeZone: string): number[] {
  const utc = asUtc(wall);
  const offsetAt = (instant: number) => showsOf(instant, timeZone) - instant;
  return [utc - offsetAt(utc - DAY_MS), utc - offsetAt(utc + DAY_MS)].sort((left, right) => left - right);
}

/** The date and time that the zone's clocks show at the instant, as if it were in UTC. */
function showsOf(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const shown = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = PARTS.map((part) => shown.get(part) ?? 0);
  const millisecond = ((instant % 1000) + 1000) % 1000;
  return asUtc({ year, month, day, hour, minute, second, millisecond });
}
