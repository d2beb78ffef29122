/** Computes the ticks of a time axis: round times in UTC, with room for their labels. */

export interface Tick {
  readonly timeMs: number;
  /** For example `15:09:30`, `15:00`, `03-14`, `2026-03` or `2026`. */
  readonly label: string;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Steps that divide a day, then whole days. */
const EVEN_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7].map((days) => days * DAY_MS),
];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60];
const MONTH_STEP_MAX = 120;
/** The length of the shortest month. */
const MONTH_MS = 28 * DAY_MS;
/** Weeks begin on Monday; 1970 began on a Thursday. */
const MONDAY_MS = 4 * DAY_MS;

/** Extra characters for each label: its tick and a gap. */
const AROUND_LABEL = 2;

/** Returns ticks in ascending order. `characterMs` is the time that one character of a label covers. */
export function ticksBetween(fromMs: number, toMs: number, characterMs: number): Tick[] {
  const isRoomy = (stepMs: number, label: string) => stepMs >= (label.length + AROUND_LABEL) * characterMs;
  const stepMs = EVEN_STEPS_MS.find((step) => isRoomy(step, step < MINUTE_MS ? '15:09:26' : '15:09'));
  if (stepMs !== undefined) return evenTicks(fromMs, toMs, stepMs);
  const months = MONTH_STEPS.find((step) => isRoomy(step * MONTH_MS, step < 12 ? '2026-03' : '2026'));
  return monthTicks(fromMs, toMs, months ?? MONTH_STEP_MAX);
}

function evenTicks(fromMs: number, toMs: number, stepMs: number): Tick[] {
  const originMs = stepMs === 7 * DAY_MS ? MONDAY_MS : 0;
  const ticks: Tick[] = [];
  const firstMs = Math.ceil((fromMs - originMs) / stepMs) * stepMs + originMs;
  for (let timeMs = firstMs; timeMs <= toMs; timeMs += stepMs) ticks.push({ timeMs, label: labelOf(timeMs, stepMs) });
  return ticks;
}

/** Midnight is labeled with the date. */
function labelOf(timeMs: number, stepMs: number): string {
  const text = new Date(timeMs).toISOString();
  if (timeMs % DAY_MS === 0) return text.slice('2026-'.length, '2026-03-14'.length);
  const start = '2026-03-14T'.length;
  return text.slice(start, start + (stepMs < MINUTE_MS ? '15:09:26' : '15:09').length);
}

function monthTicks(fromMs: number, toMs: number, months: number): Tick[] {
  const from = new Date(fromMs);
  const ticks: Tick[] = [];
  const first = Math.floor((from.getUTCFullYear() * 12 + from.getUTCMonth()) / months) * months;
  for (let month = first; ; month += months) {
    const timeMs = Date.UTC(Math.floor(month / 12), month % 12);
    if (timeMs > toMs) return ticks;
    const label = new Date(timeMs).toISOString().slice(0, months < 12 ? '2026-03'.length : '2026'.length);
    if (timeMs >= fromMs) ticks.push({ timeMs, label });
  }
}
