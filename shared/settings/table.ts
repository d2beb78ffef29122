/**
 * The settings of a program as one table. The table defines the flags, environment variables and keys of the settings
 * file, their valid values, and the text of `--help` and the docs.
 */
import type { Address } from './address.ts';

interface SettingBase {
  /** Description: a phrase without a full stop. */
  readonly help: string;
  /** Placeholder for the value in `--help`; by default derived from the type. */
  readonly placeholder?: string;
  /** Set if the program cannot run without it and there is no default. */
  readonly required?: true;
}

/** One setting. A default is written and parsed like a value from the user. */
export type Setting = SettingBase &
  (
    | { readonly type: 'string' | 'path'; readonly default?: string }
    | { readonly type: 'integer'; readonly default?: number; readonly min: number; readonly max: number }
    /** Parsed to milliseconds. The name of the property ends with `Ms`. */
    | { readonly type: 'duration'; readonly default?: string; readonly min?: string; readonly max?: string }
    /** Parsed to bytes. The name of the property ends with `Bytes`. */
    | { readonly type: 'bytes'; readonly default?: string; readonly min?: string; readonly max?: string }
    | { readonly type: 'boolean'; readonly default: boolean }
    | { readonly type: 'choice'; readonly default?: string; readonly choices: readonly string[] }
    | { readonly type: 'address'; readonly default?: string }
    /** A repeated flag, colon-separated paths in the environment, or a list in the file. */
    | { readonly type: 'paths'; readonly default?: readonly string[] }
  );

export type SettingMap = Readonly<Record<string, Setting>>;

type ValueOf<S extends Setting> = S extends { type: 'choice'; choices: readonly (infer Choice)[] }
  ? Choice
  : S extends { type: 'integer' | 'duration' | 'bytes' }
    ? number
    : S extends { type: 'boolean' }
      ? boolean
      : S extends { type: 'address' }
        ? Address
        : S extends { type: 'paths' }
          ? readonly string[]
          : string;

type Always<S extends Setting> = S extends
  | { required: true }
  | { default: string | number | boolean | readonly string[] }
  ? ValueOf<S>
  : ValueOf<S> | undefined;

type PropertyName<Name extends string, S extends Setting> = S extends { type: 'duration' }
  ? `${Name}Ms`
  : S extends { type: 'bytes' }
    ? Name extends `${string}Bytes`
      ? Name
      : `${Name}Bytes`
    : Name;

/** The values of a table: one property for each setting. Its name ends with the unit, if any. */
export type SettingsOf<Map extends SettingMap> = {
  readonly [Name in keyof Map & string as PropertyName<Name, Map[Name]>]: Always<Map[Name]>;
};

export interface SettingsTable<Map extends SettingMap> {
  /** The command name, for example `rollcall-agent`. */
  readonly program: string;
  /** What the program does: a predicate for the program name, without a full stop. */
  readonly summary: string;
  readonly settings: Map;
  /** Returns a sentence about contradictory settings that says what to change, or null. */
  readonly check?: (settings: SettingsOf<Map>) => string | null;
}

/** Defines a table with inferred types. Names are camelCase: `startGrace` is `--start-grace`. */
export function defineSettings<const Map extends SettingMap>(table: SettingsTable<Map>): SettingsTable<Map> {
  return table;
}

/** The flag without its dashes, which is also the key in the settings file. */
export function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The prefix of every environment variable of the program. */
export function environmentPrefixOf(program: string): string {
  return `${program.toUpperCase().replaceAll('-', '_')}_`;
}

export function environmentNameOf(program: string, name: string): string {
  return environmentPrefixOf(program) + keyOf(name).toUpperCase().replaceAll('-', '_');
}

/** The name of the property that contains the value. */
export function propertyOf(name: string, setting: Setting): string {
  if (setting.type === 'duration') return `${name}Ms`;
  return setting.type === 'bytes' && !name.endsWith('Bytes') ? `${name}Bytes` : name;
}

const PLACEHOLDERS: Record<Exclude<Setting['type'], 'boolean' | 'choice'>, string> = {
  string: 'TEXT',
  path: 'PATH',
  integer: 'NUMBER',
  duration: 'DURATION',
  bytes: 'SIZE',
  address: 'ADDRESS',
  paths: 'PATH',
};

/** The flag in `--help`, for example `--lease DURATION`. */
export function usageOf(name: string, setting: Setting): string {
  const flag = `--${keyOf(name)}`;
  if (setting.type === 'boolean') return `--[no-]${keyOf(name)}`;
  if (setting.placeholder !== undefined) return `${flag} ${setting.placeholder}`;
  return `${flag} ${setting.type === 'choice' ? setting.choices.join('|') : PLACEHOLDERS[setting.type]}`;
}
