/**
 * A program's settings as one table. The table alone decides which flags, environment variables and
 * keys of the settings file there are, what they may hold, and what `--help` and the docs say.
 */
import type { Address } from './address.ts';

interface SettingBase {
  /** What it is, for people: a phrase without a full stop. */
  readonly help: string;
  /** What stands for the value in `--help`; by default a word for the type. */
  readonly placeholder?: string;
  /** True where the program cannot run without it and there is no default. */
  readonly required?: true;
}

/** One setting. A default is written as a user would write it, and read by the same rules. */
export type Setting = SettingBase &
  (
    | { readonly type: 'string' | 'path'; readonly default?: string }
    | { readonly type: 'integer'; readonly default?: number; readonly min: number; readonly max: number }
    /** Becomes milliseconds; the property of the settings ends with `Ms`. */
    | { readonly type: 'duration'; readonly default?: string; readonly min?: string; readonly max?: string }
    /** Becomes a number of bytes; the property of the settings ends with `Bytes`, as the setting itself may. */
    | { readonly type: 'bytes'; readonly default?: string; readonly min?: string; readonly max?: string }
    | { readonly type: 'boolean'; readonly default: boolean }
    | { readonly type: 'choice'; readonly default?: string; readonly choices: readonly string[] }
    | { readonly type: 'address'; readonly default?: string }
    /** A repeated flag; in the environment, paths with a colon between; in the file, a list. */
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

/** The values of a table: a property for each setting, its name ending with the unit where there is one. */
export type SettingsOf<Map extends SettingMap> = {
  readonly [Name in keyof Map & string as PropertyName<Name, Map[Name]>]: Always<Map[Name]>;
};

export interface SettingsTable<Map extends SettingMap> {
  /** The program's name as it is typed, for example `rollcall-agent`. */
  readonly program: string;
  /** What the program does: the rest of a sentence that begins with its name, without a full stop. */
  readonly summary: string;
  readonly settings: Map;
  /** Finds settings that contradict each other: a sentence that says what to change, or null. */
  readonly check?: (settings: SettingsOf<Map>) => string | null;
}

/** Writes a table down with its types inferred. Names are camelCase: `startGrace` is `--start-grace`. */
export function defineSettings<const Map extends SettingMap>(table: SettingsTable<Map>): SettingsTable<Map> {
  return table;
}

/** The flag without its dashes, which is the key in the settings file too. */
export function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What every environment variable of the program starts with. */
export function environmentPrefixOf(program: string): string {
  return `${program.toUpperCase().replaceAll('-', '_')}_`;
}

export function environmentNameOf(program: string, name: string): string {
  return environmentPrefixOf(program) + keyOf(name).toUpperCase().replaceAll('-', '_');
}

/** The property of the settings that holds the value. */
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

/** The flag as `--help` shows it, for example `--lease DURATION`. */
export function usageOf(name: string, setting: Setting): string {
  const flag = `--${keyOf(name)}`;
  if (setting.type === 'boolean') return `--[no-]${keyOf(name)}`;
  if (setting.placeholder !== undefined) return `${flag} ${setting.placeholder}`;
  return `${flag} ${setting.type === 'choice' ? setting.choices.join('|') : PLACEHOLDERS[setting.type]}`;
}
