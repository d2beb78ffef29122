/** The command tree. Everything that `--help` and shell completion say comes from here. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddress } from '../shared/settings/address.ts';
import { environmentNameOf } from '../shared/settings/table.ts';
import { parseDurationMs } from '../shared/settings/values.ts';
import { VERSION } from '../shared/version.ts';
import { addAuditCommands } from './commands/audit.ts';
import type { Action, CommandRunner } from './commands/command-runner.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addHistoryCommand } from './commands/history.ts';
import { addListCommands } from './commands/lists.ts';
import { addShowCommands } from './commands/node-and-daemonset.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTimelineCommand } from './commands/timeline.ts';
import { addVersionCommand } from './commands/version.ts';
import { addWatchCommand } from './commands/watch.ts';
import { addWhyCommand } from './commands/why.ts';
import { Context, type GlobalOptions, OUTPUT_FORMATS } from './context.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** Where deploy/ puts it. */
const COORDINATOR_NAMESPACE_DEFAULT = 'rollcall';
const DEFAULT_TIMEOUT = '10s';

/** Descriptions are wrapped to no less: what is left beside the longest command on 80 columns is more. */
const WRAPPED_COLUMNS_MIN = 24;

/** `setExitCode` hears what a command ends with. */
export function createProgram(io: Io, setExitCode: (code: number) => void): Command {
  const program = new Command('rollcall');
  const runner = commandRunner(program, io, setExitCode);
  program
    .description(
      "Calls the roll of a Kubernetes cluster's daemons: who should run where, why, since when, and what if.",
    )
    .usage('COMMAND [OPTIONS]')
    .helpCommand(false)
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, optionDescription, subcommandTerm, minWidthToWrap: WRAPPED_COLUMNS_MIN })
    .addOption(serverOption(io))
    .addOption(new Option('--kubeconfig <file>', 'the kubeconfig, where it is not the one that kubectl would read'))
    .addOption(textOption(io, 'context', 'name', 'the context of the kubeconfig in whose cluster the coordinator runs'))
    .addOption(
      textOption(io, 'coordinator-namespace', 'namespace', 'where it runs there', COORDINATOR_NAMESPACE_DEFAULT),
    )
    .addOption(fileOption(io, 'coordinator-ca', "CA of the coordinator's certificate, PEM"))
    .addOption(
      textOption(io, 'coordinator-name', 'name', "name in the coordinator's certificate, where it is not the host"),
    )
    .addOption(fileOption(io, 'token-file', 'bearer token that proves who asks'))
    .addOption(fileOption(io, 'client-certificate', 'client certificate that proves who asks, PEM'))
    .addOption(fileOption(io, 'client-key', 'key of the client certificate, PEM'))
    .addOption(timeoutOption())
    .addOption(
      new Option('-n, --namespace <namespace>', 'namespace of the DaemonSets that are named').default('', 'any'),
    )
    .addOption(
      new Option('-o, --output <format>', 'how to answer; svg draws timelines only')
        .choices(OUTPUT_FORMATS)
        .default('table'),
    )
    .option('--no-color', 'no colours, also with NO_COLOR set or where no terminal is');
  for (const add of COMMANDS) add(program, runner);
  return program;
}

/** That a command has options needs no saying. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(' ');
}

/** Says the choices and the default, but not that a list is empty to begin with. */
function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? [] : [argChoices.join(', ')];
  const text =
    defaultValueDescription ?? (['string', 'number'].includes(typeof defaultValue) ? String(defaultValue) : '');
  const remarks = [...choices, ...(text === '' ? [] : [`default ${text}`])];
  return remarks.length === 0 ? description : `${description} (${remarks.join('; ')})`;
}

/** In the order of `--help`. */
const COMMANDS: readonly ((program: Command, runner: CommandRunner) => void)[] = [
  addStatusCommand,
  addWhyCommand,
  addShowCommands,
  addListCommands,
  addHistoryCommand,
  addDiffCommand,
  addTimelineCommand,
  addWatchCommand,
  addPlanCommand,
  addAuditCommands,
  addCompletionCommands,
  addVersionCommand,
];

function commandRunner(program: Command, io: Io, setExitCode: (code: number) => void): CommandRunner {
  return (action: Action) =>
    async (...given: unknown[]) => {
      // Commander calls with the operands, the options, and the command itself.
      const operands = given.slice(0, -2).flat() as string[];
      const options = given.at(-2) as Record<string, unknown>;
      const context = new Context(io, program.opts<GlobalOptions>());
      checkOutput(context.globals, given.at(-1) as Command);
      setExitCode((await action(context, options, ...operands)) ?? 0);
    };
}

function checkOutput({ output }: GlobalOptions, command: Command): void {
  if (output !== 'table' && command.name() === 'export') {
    throw new UsageError(`audit export does not take -o ${output}; it writes rows as --format jsonl or --format csv`);
  }
  if (output !== 'svg' || command.name() === 'timeline') return;
  throw new UsageError(`-o svg draws timelines only; ${command.name()} answers as table, wide, json or yaml`);
}

function serverOption({ environment }: Io): Option {
  const option = new Option(
    '--server <address>',
    'address of the coordinator; by default 127.0.0.1:7655, or where nobody listens there, the cluster of the kubeconfig ' +
      '(environment: ROLLCALL_SERVER)',
  ).argParser((text) => {
    if (parseAddress(text) === undefined)
      throw new InvalidArgumentError('It must be an address such as 127.0.0.1:7655.');
    return text;
  });
  const given = environment['ROLLCALL_SERVER'];
  return given ? option.default(given) : option;
}

function fileOption(io: Io, name: string, description: string): Option {
  return textOption(io, name, 'file', description);
}

/** An option that the environment can give as well: `--token-file` is ROLLCALL_TOKEN_FILE there. */
function textOption(
  { environment }: Io,
  name: string,
  placeholder: string,
  description: string,
  otherwise?: string,
): Option {
  const variable = environmentNameOf('rollcall', name);
  const option = new Option(`--${name} <${placeholder}>`, `${description} (environment: ${variable})`);
  const given = environment[variable] || otherwise;
  return given ? option.default(given) : option;
}

function timeoutOption(): Option {
  return new Option('--request-timeout <duration>', 'how long to wait for an answer')
    .default(parseDurationMs(DEFAULT_TIMEOUT), DEFAULT_TIMEOUT)
    .argParser((text) => {
      const timeoutMs = parseDurationMs(text);
      if (!timeoutMs) throw new InvalidArgumentError('It must be a duration such as 500ms or 10s.');
      return timeoutMs;
    });
}
