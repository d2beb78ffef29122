/**
 * Reads the settings of a program when it starts. Flags take precedence over the environment, the environment over the
 * settings file, and the file over the defaults. The first invalid setting is an error with one sentence.
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
  /** The arguments after the program name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads the settings file as text, or throws. */
  readonly readFile: (path: string) => string;
}

/** The request of the user: to run the program with these settings, or to print the help text or the version. */
export type SettingsRequest<Map extends SettingMap> =
  | { readonly kind: 'run'; readonly settings: SettingsOf<Map> }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** @throws SettingsError for every error that the user can correct. */
export function readSettings<const Map extends SettingMap>(
  table: SettingsTable<Map>,
  { argv, environment, readFile }: SettingsInput,
): SettingsRequest<Map> {
  const builtIn = builtInRequest(table, argv);
  if (builtIn !== undefined) return builtIn;
  const flags = readFlags(table, argv);
  const variables = readEnvironment(table, environment);
  const file = readFileSource(table, flags.get('config') ?? variables.get('config'), readFile);
  const values = Object.entries<Setting>(table.settings).map(([name, setting]) => {
    const given = flags.get(name) ?? variables.get(name) ?? file.get(name) ?? defaultOf(setting);
    if (given === undefined && setting.required) throw missing(table.program, name, setting);
    return [propertyOf(name, setting), given === undefined ? undefined : valueOf(setting, given)] as const;
  });
  // The values have the types of the table, but TypeScript cannot infer this from the loop.
  const settings = Object.fromEntries(values) as SettingsOf<Map>;
  const contradiction = table.check?.(settings) ?? null;
  if (contradiction !== null) throw new SettingsError(contradiction);
  return { kind: 'run', settings };
}

/** Handles --help and --version first, so that they work even if other settings are not valid. */
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
      throw new SettingsError(`The settings file that ${config?.origin} specifies cannot be read: ${why}.`);
    }
  }
}

function valueOf(setting: Setting, { texts, origin }: Given): SettingValue {
  const values = texts.map((text) => {
    const value = parseValue(setting, text);
    if (value !== undefined) return value;
    throw new SettingsError(
      `Invalid value ${JSON.stringify(text)} for ${origin}: it must be ${expectationOf(setting)}.`,
    );
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
  return new SettingsError(`${program} requires ${usageOf(name, setting)}; set the flag, ${others}.`);
}
