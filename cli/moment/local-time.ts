/** Converts a local date and time to instants. Where clocks are set forward or back, there are none or two. */

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
 * Milliseconds since 1970, ascending. `timeZone` is an IANA name. Empty if clocks are set forward over the time; two
 * instants if they are set back over it.
 */
export function instantsOf(wall: WallTime, timeZone: string): number[] {
  return [...new Set(candidates(wall, timeZone))].filter((instant) => localAsUtc(instant, timeZone) === asUtc(wall));
}

/** The first instant that shows the time, or the first one after a gap if clocks skip the time. */
export function firstInstantFrom(wall: WallTime, timeZone: string): number {
  const [first] = instantsOf(wall, timeZone);
  // With the offset from before the change, a skipped time lies after the gap.
  return first ?? Math.max(...candidates(wall, timeZone));
}

/** Milliseconds since 1970 of this date and time in UTC. */
export function asUtc({ year, month, day, hour, minute, second, millisecond }: WallTime): number {
  const date = new Date(0);
  // Date.UTC maps the years 0 to 99 to 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, millisecond);
}

/** The time with the zone's offsets one day before and one day after; zones change less often than that. */
function candidates(wall: WallTime, timeZone: string): number[] {
  const utc = asUtc(wall);
  const offsetAt = (instant: number) => localAsUtc(instant, timeZone) - instant;
  return [utc - offsetAt(utc - DAY_MS), utc - offsetAt(utc + DAY_MS)].sort((left, right) => left - right);
}

/** The local date and time at the instant, as if it were in UTC. */
function localAsUtc(instant: number, timeZone: string): number {
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
