/**
 * Computes completion candidates for the current word. They come from the command tree, so that new commands and
 * options need no extra code; names of nodes and DaemonSets come from the coordinator.
 */
import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** `files` makes the shell complete file names; `nospace` prevents a space after the candidate. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: 'done' | 'files' | 'nospace';
}

/** The source of resource names. */
export interface KnownNames {
  nodes(): Promise<readonly string[]>;
  /** `namespace/name`. */
  daemonSets(): Promise<readonly string[]>;
}

const NOTHING: Completion = { candidates: [], directive: 'done' };
const FILES: Completion = { candidates: [], directive: 'files' };

const DAEMON_SET_PREFIXES = ['daemonset/', 'ds/'];
const NODE_PREFIXES = ['node/', 'no/'];

/** Options whose value is a node name without `node/`. */
const NODE_OPTIONS = ['--node', '--cordon', '--drop-node'];
const DAEMON_SET_OPTIONS = ['--daemonset'];

/** `words` follow the program name; the last one, which may be empty, is being completed. */
export async function complete(program: Command, words: readonly string[], names: KnownNames): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const typed = readTyped(program, words.slice(0, -1));
  if (typed.openOption !== null) return optionValues(typed.openOption, current, '', names);
  const equals = current.indexOf('=');
  if (current.startsWith('--') && equals > 0) {
    const option = findOption(program, typed.command, current.slice(0, equals));
    return option ? optionValues(option, current.slice(equals + 1), current.slice(0, equals + 1), names) : NOTHING;
  }
  if (current.startsWith('-')) return optionNames(program, typed.command, current);
  if (typed.command === null) return commandNames(program, current, names);
  if (typed.command.commands.length > 0) return subcommandNames(typed.command, current);
  return operands(typed.command.registeredArguments, typed.operandCount, current, names);
}

interface Typed {
  /** `null` before a command is typed. */
  readonly command: Command | null;
  readonly operandCount: number;
  /** The option whose value is being completed. */
  readonly openOption: Option | null;
}

function readTyped(program: Command, words: readonly string[]): Typed {
  let command: Command | null = null;
  let operandCount = 0;
  let openOption: Option | null = null;
  for (const word of words) {
    if (openOption !== null) {
      openOption = null;
    } else if (word.startsWith('-')) {
      const option = findOption(program, command, word);
      openOption = option?.required === true ? option : null;
    } else if (command === null || command.commands.length > 0) {
      const known: readonly Command[] = (command ?? program).commands;
      command = known.find((one) => one.name() === word) ?? command;
    } else {
      operandCount++;
    }
  }
  return { command, operandCount, openOption };
}

function findOption(program: Command, command: Command | null, word: string): Option | undefined {
  return optionsOf(program, command).find(({ short, long }) => word === short || word === long);
}

function optionsOf(program: Command, command: Command | null): Option[] {
  return [...(command?.options ?? []), ...program.options].filter(({ hidden }) => !hidden);
}

function optionNames(program: Command, command: Command | null, current: string): Completion {
  const options = optionsOf(program, command).flatMap(({ long, description }) =>
    long ? [{ value: long, description }] : [],
  );
  return startingWith(current, [...options, { value: '--help', description: 'Print help' }]);
}

async function optionValues(option: Option, current: string, prefix: string, names: KnownNames): Promise<Completion> {
  const long = option.long ?? '';
  if (option.argChoices) return startingWith(prefix + current, described(option.argChoices, prefix));
  if (NODE_OPTIONS.includes(long)) return startingWith(prefix + current, described(await names.nodes(), prefix));
  if (DAEMON_SET_OPTIONS.includes(long)) {
    const known = (await names.daemonSets()).map(nameOnly);
    return startingWith(prefix + current, described([...new Set(known)], prefix));
  }
  return /<path>/.test(option.flags) ? FILES : NOTHING;
}

async function commandNames(program: Command, current: string, names: KnownNames): Promise<Completion> {
  if (current.includes('/')) return resources(['node', 'daemonset'], current, names);
  return subcommandNames(program, current);
}

function subcommandNames(parent: Command, current: string): Completion {
  const commands = parent
    .createHelp()
    .visibleCommands(parent)
    .map((command) => ({ value: command.name(), description: command.summary() || command.description() }));
  return startingWith(current, commands);
}

async function operands(
  expected: readonly Argument[],
  index: number,
  current: string,
  names: KnownNames,
): Promise<Completion> {
  const last = expected.at(-1);
  const argument = expected[index] ?? (last?.variadic ? last : undefined);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices) return startingWith(current, described(argument.argChoices));
  if (argument.name() === 'path') return FILES;
  const kinds = ['node', 'daemonset'].filter((kind) => argument.name().toLowerCase().includes(kind));
  return resources(kinds, current, names);
}

/** Completes the kinds first, then the names after the slash. */
async function resources(kinds: readonly string[], current: string, names: KnownNames): Promise<Completion> {
  const slash = current.indexOf('/');
  if (slash === -1) {
    const prefixes = startingWith(current, described(kinds.map((kind) => `${kind}/`)));
    return { ...prefixes, directive: 'nospace' };
  }
  const prefix = current.slice(0, slash + 1);
  if (kinds.includes('node') && NODE_PREFIXES.includes(prefix)) {
    return startingWith(current, described(await names.nodes(), prefix));
  }
  if (!kinds.includes('daemonset') || !DAEMON_SET_PREFIXES.includes(prefix)) return NOTHING;
  const keys = await names.daemonSets();
  const isQualified = current.indexOf('/', slash + 1) !== -1;
  return startingWith(current, described(isQualified ? keys : shortest(keys), prefix));
}

/** Omits the namespace from names that exist in one namespace only. */
function shortest(keys: readonly string[]): string[] {
  const all = keys.map(nameOnly);
  return keys.map((key) => (all.filter((name) => name === nameOnly(key)).length > 1 ? key : nameOnly(key)));
}

function nameOnly(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

function described(values: readonly string[], prefix = ''): Candidate[] {
  return values.map((value) => ({ value: prefix + value, description: '' }));
}

function startingWith(current: string, candidates: readonly Candidate[]): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(current)), directive: 'done' };
}
