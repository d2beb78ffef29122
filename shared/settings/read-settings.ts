/**
 * Reads a program's settings once, at its start: flags win over the environment, that over the
 * settings file, that over the defaults. The first mistake ends it with one sentence.
 */
import { helpText } from './describe.ts';
import { SettingsError } from './settings-error.ts';
import { type Given, type GivenSettings, readEnvironment, readFlags, readSettingsFile } from './sources.ts';
import {
  environmentNameOf,
  keyOf,
  propertyOf,
  type Setting,
  type SettingMap,
  type SettingsOf,
  type SettingsTable,
  usageOf,
} from './table.ts';
import { expectationOf, parseValue, type SettingValue } from './values.ts';

export interface SettingsInput {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads the settings file as text, or throws. */
  readonly readFile: (path: string) => string;
}

/** What the user asks for: a run with these settings, the help text, or the version. */
export type SettingsRequest<Map extends SettingMap> =
  | { readonly kind: 'run'; readonly settings: SettingsOf<Map> }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** Throws `SettingsError`, and nothing else, for what a user can mend. */
export function readSettings<const Map extends SettingMap>(
  table: SettingsTable<Map>,
  { argv, environment, readFile }: SettingsInput,
): SettingsRequest<Map> {
  const asked = builtInRequest(table, argv);
  if (asked !== undefined) return asked;
  const flags = readFlags(table, argv);
  const variables = readEnvironment(table, environment);
  const file = readFileSource(table, flags.get('config') ?? variables.get('config'), readFile);
  const values = Object.entries<Setting>(table.settings).map(([name, setting]) => {
    const given = flags.get(name) ?? variables.get(name) ?? file.get(name) ?? defaultOf(setting);
    if (given === undefined && setting.required) throw missing(table.program, name, setting);
    return [propertyOf(name, setting), given === undefined ? undefined : valueOf(setting, given)] as const;
  });
  // The table's types say what was just read by the table's rules; TypeScript cannot follow the loop.
  const settings = Object.fromEntries(values) as SettingsOf<Map>;
  const contradiction = table.check?.(settings) ?? null;
  if (contradiction !== null) throw new SettingsError(contradiction);
  return { kind: 'run', settings };
}

/** Help and version come before everything else, so that they work however wrong the rest is. */
function builtInRequest<const Map extends SettingMap>(
  table: SettingsTable<Map>,
  argv: readonly string[],
): SettingsRequest<Map> | undefined {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', text: helpText(table) };
  return argv.includes('--version') ? { kind: 'version' } : undefined;
}

function readFileSource(
  table: { readonly program: string; readonly settings: SettingMap },
  config: Given | undefined,
  readFile: (path: string) => string,
): GivenSettings {
  const path = config?.texts[0];
  if (config === undefined || path === undefined) return new Map();
  const { config: _, ...others } = table.settings;
  return readSettingsFile({ program: table.program, settings: others }, path, readText());

  function readText(): string {
    try {
      return readFile(path ?? '');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new SettingsError(`The settings file of ${config?.origin} cannot be read: ${why}.`);
    }
  }
}

function valueOf(setting: Setting, { texts, origin }: Given): SettingValue {
  const values = texts.map((text) => {
    const value = parseValue(setting, text);
    if (value !== undefined) return value;
    const shown = text === '' ? 'empty' : JSON.stringify(text);
    throw new SettingsError(`${origin} is ${shown}, but must be ${expectationOf(setting)}.`);
  });
  if (setting.type === 'paths' && values.length > 0) return values.flat() as string[];
  const [value] = values;
  if (value === undefined) throw new SettingsError(`${origin} must be ${expectationOf(setting)}.`);
  return value;
}

function defaultOf(setting: Setting): Given | undefined {
  if (setting.default === undefined) return undefined;
  const texts = Array.isArray(setting.default) ? (setting.default as string[]) : [String(setting.default)];
  return { texts, origin: 'the default' };
}

function missing(program: string, name: string, setting: Setting): SettingsError {
  const others = `${environmentNameOf(program, name)} or ${keyOf(name)} in the settings file`;
  return new SettingsError(`${program} needs ${usageOf(name, setting)}; give the flag, ${others}.`);
}
