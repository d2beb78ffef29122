/** Times and ages for people. Inside, a time is milliseconds since 1970 and 0 means "not known". */

const UNITS: readonly [letter: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** As kubectl writes it: the largest unit, and the next one where the number is small (`45s`, `3m12s`, `2d4h`, `97d`). */
export function durationText(ms: number): string {
  const index = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, next] = [UNITS[index], UNITS[index + 1]];
  if (unit === undefined) return '0s';
  const count = Math.floor(ms / unit[1]);
  const rest = next === undefined ? 0 : Math.floor((ms % unit[1]) / next[1]);
  const text = `${count}${unit[0]}`;
  return next === undefined || rest === 0 || count >= 10 ? text : `${text}${rest}${next[0]}`;
}

/** How long ago, or `never` for a time that is not known. Clocks differ, so the future is taken for now. */
export function ageText(time: string | null, nowMs: number): string {
  return time === null ? 'never' : durationText(Math.max(0, nowMs - Date.parse(time)));
}

/** `null` for a time that is not known; else ISO 8601, UTC. */
export function isoTime(ms: number): string | null {
  return ms === 0 ? null : new Date(ms).toISOString();
}

/** RFC 3339 to the second, in UTC. */
export function timeText(time: string | null): string {
  return time === null ? '-'.padEnd('2026-01-01T00:00:00Z'.length) : time.replace(/\.\d+Z$/, 'Z');
}
