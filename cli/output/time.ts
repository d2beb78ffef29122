/** Formats times and ages. Internal times are milliseconds since 1970; 0 means unknown. */

const UNITS: readonly [letter: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** Like kubectl: the largest unit, and the next one if the number is below 10 (`45s`, `3m12s`, `2d4h`, `97d`). */
export function durationText(ms: number): string {
  const index = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, next] = [UNITS[index], UNITS[index + 1]];
  if (unit === undefined) return '0s';
  const count = Math.floor(ms / unit[1]);
  const rest = next === undefined ? 0 : Math.floor((ms % unit[1]) / next[1]);
  const text = `${count}${unit[0]}`;
  return next === undefined || rest === 0 || count >= 10 ? text : `${text}${rest}${next[0]}`;
}

/** The age of a time, or `never` for `null`. A time in the future counts as now, because clocks differ. */
export function ageText(time: string | null, nowMs: number): string {
  return time === null ? 'never' : durationText(Math.max(0, nowMs - Date.parse(time)));
}

/** ISO 8601 in UTC; `null` for an unknown time. */
export function isoTime(ms: number): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}

/** RFC 3339 to the second, in UTC. */
export function timeText(time: string | null): string {
  return time === null ? '-'.padEnd('2026-01-01T00:00:00Z'.length) : time.replace(/\.\d+Z$/, 'Z');
}
