/** Parses the text of a setting, and describes valid values for error messages. */
import { type Address, parseAddress } from './address.ts';
import type { Setting } from './table.ts';

export type SettingValue = string | number | boolean | Address | readonly string[];

const DURATION_UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTE_UNITS = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** The value, or undefined if the text is not valid (see `expectationOf`). */
export function parseValue(setting: Setting, text: string): SettingValue | undefined {
  if (text === '') return undefined;
  switch (setting.type) {
    case 'string':
    case 'path':
      return text;
    case 'paths':
      return text.split(':').includes('') ? undefined : text.split(':');
    case 'integer':
      return within(/^-?\d+$/.test(text) ? Number(text) : undefined, setting.min, setting.max);
    case 'duration':
      return within(
        parseDurationMs(text),
        optional(setting.min, parseDurationMs),
        optional(setting.max, parseDurationMs),
      );
    case 'bytes':
      return within(parseBytes(text), optional(setting.min, parseBytes), optional(setting.max, parseBytes));
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'choice':
      return setting.choices.includes(text) ? text : undefined;
    case 'address':
      return parseAddress(text);
  }
}

/** The valid values of the setting, to complete the sentence "it must be ...". */
export function expectationOf(setting: Setting): string {
  switch (setting.type) {
    case 'string':
      return 'a non-empty string';
    case 'path':
      return 'a path';
    case 'paths':
      return 'one or more paths';
    case 'integer':
      return `an integer${rangeText(String(setting.min), String(setting.max))}`;
    case 'duration':
      return `a duration such as 500ms, 10s, 5m, 2h or 90d${rangeText(setting.min, setting.max)}`;
    case 'bytes':
      return `a size such as 512KiB, 64MiB or 5GiB${rangeText(setting.min, setting.max)}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'address':
      return 'an address such as 127.0.0.1:7655 or [::1]:7655';
  }
}

/** Parses `500ms`, `10s`, `5m`, `2h`, `90d` or `0` to milliseconds; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, DURATION_UNITS_MS);
}

/** Parses `100B`, `512KiB`, `64MiB`, `5GiB`, `1TiB` or `0` to bytes; undefined for anything else. */
export function parseBytes(text: string): number | undefined {
  return parseQuantity(text, BYTE_UNITS);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  if (text === '0') return 0;
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  const unit = match?.[2] !== undefined && Object.hasOwn(units, match[2]) ? units[match[2]] : undefined;
  if (match === null || unit === undefined) return undefined;
  const value = Number(match[1]) * unit;
  return Number.isSafeInteger(value) ? value : undefined;
}

function within(value: number | undefined, min = 0, max = Number.MAX_SAFE_INTEGER): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function optional(limit: string | undefined, parse: (text: string) => number | undefined): number | undefined {
  return limit === undefined ? undefined : parse(limit);
}

function rangeText(min: string | undefined, max: string | undefined): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return `, at least ${min}`;
  return max === undefined ? '' : `, at most ${max}`;
}
