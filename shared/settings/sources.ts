/** The sources of settings: flags, environment and file. Each source returns text and rejects unknown names. */
import { parseArgs } from 'node:util';
import type { Node } from 'yaml';
import { loadYaml } from '../lazy-packages.ts';
import { nearestName } from './did-you-mean.ts';
import { SettingsError } from './settings-error.ts';
import { environmentNameOf, environmentPrefixOf, keyOf, type Setting, type SettingMap, usageOf } from './table.ts';

/** The value of one setting in a source. */
export interface Given {
  /** One text, or several for a setting of type `paths`. */
  readonly texts: readonly string[];
  /** Where it was set, for messages: `--lease`, `ROLLCALL_AGENT_LEASE`, `lease in settings.yaml, line 3`. */
  readonly origin: string;
}

/** By the name of the setting in the table. */
export type GivenSettings = ReadonlyMap<string, Given>;

interface Program {
  readonly program: string;
  readonly settings: SettingMap;
}

/** A settings file has few lines, so a larger file is not a settings file. */
const FILE_LENGTH_MAX = 2 ** 20;

/**
 * Kubernetes sets these variables in the pods of a namespace for each Service. A Service with the name of the program,
 * such as `rollcall-agent`, sets ROLLCALL_AGENT_PORT and others, so they are not errors.
 */
const SERVICE_VARIABLE =
  /_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/;

export function readFlags({ program, settings }: Program, argv: readonly string[]): GivenSettings {
  const names = new Map(Object.keys(settings).map((name) => [keyOf(name), name]));
  const options = Object.fromEntries(
    [...names].map(([key, name]) => [
      key,
      { type: settings[name]?.type === 'boolean' ? 'boolean' : 'string' } as const,
    ]),
  );
  const given = new Map<string, Given>();
  for (const token of parseArgs({ args: [...argv], options, strict: false, tokens: true }).tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw new SettingsError(`Unexpected argument ${quote(token.value)}: ${program} accepts only flags; see --help.`);
    }
    const flag = flagOf(token.name, names, settings);
    const setting = flag && settings[flag.name];
    if (flag === undefined || setting === undefined) throw unknownFlag(program, token.rawName, settings);
    const texts = [flagText(token, flag, setting)];
    const earlier = given.get(flag.name);
    if (earlier !== undefined && setting.type !== 'paths') {
      throw new SettingsError(`${token.rawName} conflicts with an earlier flag; set it once.`);
    }
    given.set(flag.name, { texts: [...(earlier?.texts ?? []), ...texts], origin: token.rawName });
  }
  return given;
}

export function readEnvironment(
  { program, settings }: Program,
  environment: Readonly<Record<string, string | undefined>>,
): GivenSettings {
  const names = new Map(Object.keys(settings).map((name) => [environmentNameOf(program, name), name]));
  const given = new Map<string, Given>();
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(environmentPrefixOf(program))) continue;
    const name = names.get(variable);
    if (name !== undefined) given.set(name, { texts: [text], origin: variable });
    else if (!SERVICE_VARIABLE.test(variable)) throw unknownName(program, variable, [...names.keys()], 'unset it');
  }
  return given;
}

/** Parses the text of a settings file. `path` is for messages. */
export function readSettingsFile({ program, settings }: Program, path: string, text: string): GivenSettings {
  if (text.length > FILE_LENGTH_MAX)
    throw new SettingsError(`${path} exceeds the size limit of a settings file (1 MiB).`);
  const { isMap, isScalar, LineCounter, parseDocument } = loadYaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => `${path}, line ${lines.linePos(offset).line}`;
  const [broken] = document.errors;
  if (broken !== undefined) throw new SettingsError(`${place(broken.pos[0])}: not valid YAML: ${broken.message}.`);
  if (document.contents === null) return new Map();
  if (!isMap<Node, Node | null>(document.contents)) {
    throw new SettingsError(`${path} must contain settings as \`key: value\`, one per line.`);
  }
  const names = new Map(Object.keys(settings).map((name) => [keyOf(name), name]));
  const given = new Map<string, Given>();
  for (const { key, value } of document.contents.items) {
    const typed = isScalar(key) ? String(key.value) : '';
    const where = place(key.range?.[0] ?? 0);
    const name = names.get(typed);
    const setting = name === undefined ? undefined : settings[name];
    if (name === undefined || setting === undefined) {
      throw unknownName(program, `${typed} (${where})`, [...names.keys()], 'remove it', typed);
    }
    given.set(name, { texts: fileTexts(setting, value), origin: `${typed} in ${where}` });
  }
  return given;
}

/** The setting of a flag, and whether the flag negates it. */
function flagOf(flag: string, names: ReadonlyMap<string, string>, settings: SettingMap) {
  const name = names.get(flag);
  if (name !== undefined) return { name, negated: false };
  const opposite = flag.startsWith('no-') ? names.get(flag.slice('no-'.length)) : undefined;
  return opposite !== undefined && settings[opposite]?.type === 'boolean'
    ? { name: opposite, negated: true }
    : undefined;
}

function flagText(
  token: { readonly rawName: string; readonly value?: string | undefined; readonly inlineValue?: boolean | undefined },
  flag: { readonly name: string; readonly negated: boolean },
  setting: Setting,
): string {
  if (setting.type === 'boolean') {
    if (flag.negated && token.value !== undefined)
      throw new SettingsError(`${token.rawName} does not accept a value; remove it.`);
    return token.value ?? String(!flag.negated);
  }
  if (token.value === undefined || (token.value.startsWith('--') && token.inlineValue !== true)) {
    throw new SettingsError(`${token.rawName} requires a value: ${usageOf(flag.name, setting)}.`);
  }
  return token.value;
}

function unknownFlag(program: string, flag: string, settings: SettingMap): SettingsError {
  const flags = Object.entries(settings).flatMap(([name, { type }]) =>
    type === 'boolean' ? [`--${keyOf(name)}`, `--no-${keyOf(name)}`] : [`--${keyOf(name)}`],
  );
  return unknownName(program, flag, [...flags, '--help', '--version'], 'see --help');
}

function unknownName(program: string, shown: string, known: readonly string[], remedy: string, typed = shown) {
  const nearest = nearestName(typed, known);
  const hint = nearest === undefined ? remedy : `did you mean ${nearest}?`;
  return new SettingsError(`${shown} is not a setting of ${program}; ${hint}${hint.endsWith('?') ? '' : '.'}`);
}

/** The text of a value in the file; empty if its YAML type does not match the setting. */
function fileTexts(setting: Setting, node: Node | null): string[] {
  const { isScalar, isSeq } = loadYaml();
  if (isSeq(node)) {
    const items = node.items.map((item) => (isScalar(item) ? item.value : undefined));
    return setting.type === 'paths' && items.every((item) => typeof item === 'string') ? items : [];
  }
  const value: unknown = isScalar(node) ? node.value : undefined;
  const expected = setting.type === 'boolean' ? 'boolean' : setting.type === 'integer' ? 'number' : 'string';
  return typeof value === expected ? [String(value)] : [];
}

function quote(text: string): string {
  return JSON.stringify(text);
}
