/** Parses moments such as `2026-03-14T15:09`, `2026-03-14`, `-2h`, `now` or `revision:12345`. Times are local by default. */
import type { Moment } from '../../shared/rpc/wire-moment.ts';
import { parseDurationMs } from '../../shared/settings/values.ts';
import { invalidValue } from '../usage-error.ts';
import { asUtc, firstInstantFrom, instantsOf, type WallTime } from './local-time.ts';

/** The user's time and time zone. */
export interface Here {
  readonly nowMs: number;
  /** IANA name of the local time zone. */
  readonly timeZone: string;
}

const TIMES = 'a time such as 2026-03-14T15:09, 2026-03-14T15:09:26Z, 2026-03-14, -2h, -3d or now';
const MOMENTS = `${TIMES}, or revision:12345`;
const REVISION = /^revision:(\d+)$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:\d{2})?$/;

/**
 * `option` names the option in errors, for example `--at`. Returns `null` for now.
 * @throws UsageError for a moment that does not exist, is ambiguous, or is in the future
 */
export function parseMoment(text: string, option: string, here: Here): Moment | null {
  if (text === 'now') return null;
  const revision = REVISION.exec(text)?.[1];
  return revision === undefined
    ? { timeMs: parsePastTime(text, option, here, MOMENTS) }
    : { revision: safeNumber(revision, text, option) };
}

/** Parses a moment that must be a time. Returns milliseconds since 1970. @throws UsageError */
export function parseTime(text: string, option: string, here: Here): number {
  if (text === 'now') return here.nowMs;
  if (REVISION.test(text)) throw invalidValue(text, option, 'must be a time, not a revision');
  return parsePastTime(text, option, here, TIMES);
}

function parsePastTime(text: string, option: string, here: Here, forms: string): number {
  const timeMs = parseTimeMs(text, option, here, forms);
  if (timeMs <= here.nowMs) return timeMs;
  throw invalidValue(text, option, `the time is in the future; it is now ${isoSeconds(here.nowMs)}`);
}

function parseTimeMs(text: string, option: string, here: Here, forms: string): number {
  const ago = text.startsWith('-') ? parseDurationMs(text.slice(1)) : undefined;
  if (ago !== undefined) return Math.max(0, here.nowMs - ago);
  const date = DATE.exec(text);
  if (date !== null) return firstInstantFrom(wallTime(date, text, option), here.timeZone);
  const dateTime = DATE_TIME.exec(text);
  if (dateTime === null) throw invalidValue(text, option, `must be ${forms}`);
  const wall = wallTime(dateTime, text, option);
  const zone = dateTime[8];
  return zone === undefined ? localTimeMs(wall, text, option, here) : asUtc(wall) - offsetMs(zone, text, option);
}

function localTimeMs(wall: WallTime, text: string, option: string, { timeZone }: Here): number {
  const [first, second] = instantsOf(wall, timeZone);
  if (first === undefined) {
    throw invalidValue(text, option, `the time does not exist in ${timeZone}, because clocks are set forward`);
  }
  if (second === undefined) return first;
  const both = [first, second].map((instant) => `${text}${offsetText(asUtc(wall) - instant)}`).join(' or ');
  throw invalidValue(
    text,
    option,
    `the time occurs twice in ${timeZone}, because clocks are set back; specify ${both}`,
  );
}

function wallTime([, ...parts]: readonly string[], text: string, option: string): WallTime {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(0, 6)
    .map((part) => Number(part ?? 0));
  const invalid = (reason: string) => invalidValue(text, option, reason);
  if (month < 1 || month > 12) throw invalid('the month must be 01 to 12');
  const days = new Date(
    asUtc({ year, month: month + 1, day: 0, hour: 0, minute: 0, second: 0, millisecond: 0 }),
  ).getUTCDate();
  if (day < 1 || day > days) throw invalid(`${text.slice(0, 7)} has ${days} days`);
  if (hour > 23) throw invalid('the hour must be 00 to 23');
  if (minute > 59) throw invalid('the minute must be 00 to 59');
  if (second > 59) throw invalid('the second must be 00 to 59');
  const millisecond = Math.trunc(Number(`0.${parts[6] ?? 0}`) * 1000);
  return { year, month, day, hour, minute, second, millisecond };
}

/** For `Z`, `+02:00` or `-03:30`. */
function offsetMs(zone: string, text: string, option: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return 0;
  if (Number(hours) > 14 || Number(minutes) > 59) {
    throw invalidValue(text, option, `the UTC offset ${zone} is out of range`);
  }
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function offsetText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  const twoDigits = (number: number) => String(number).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}

function safeNumber(digits: string, text: string, option: string): number {
  const number = Number(digits);
  if (number >= 1 && Number.isSafeInteger(number)) return number;
  throw invalidValue(text, option, 'a revision is a positive integer');
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
