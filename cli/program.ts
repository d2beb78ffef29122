/** The command tree, from which `--help` and shell completion are generated. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAddress } from '../shared/settings/address.ts';
import { environmentNameOf } from '../shared/settings/table.ts';
import { parseDurationMs } from '../shared/settings/values.ts';
import { VERSION } from '../shared/version.ts';
import { addAuditCommands } from './commands/audit.ts';
import type { Action, CommandRunner } from './commands/command-runner.ts';
import { addCompletionCommands } from './commands/completion.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addDriftCommand } from './commands/drift.ts';
import { addHistoryCommand } from './commands/history.ts';
import { addListCommands } from './commands/lists.ts';
import { addNodeAndDaemonSetCommands } from './commands/node-and-daemonset.ts';
import { addPlanCommand } from './commands/plan.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTimelineCommand } from './commands/timeline.ts';
import { addVersionCommand } from './commands/version.ts';
import { addWatchCommand } from './commands/watch.ts';
import { addWhyCommand } from './commands/why.ts';
import { Context, type GlobalOptions, OUTPUT_FORMATS } from './context.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** The namespace that the manifests in deploy/ use. */
const COORDINATOR_NAMESPACE_DEFAULT = 'rollcall';
const DEFAULT_TIMEOUT = '10s';

/** Minimum width of a description. With the longest command, 80 columns leave more than this. */
const WRAPPED_COLUMNS_MIN = 24;

/** Each command passes its exit code to `setExitCode`. */
export function createProgram(io: Io, setExitCode: (code: number) => void): Command {
  const program = new Command('rollcall');
  const runner = commandRunner(program, io, setExitCode);
  program
    .description('Explain, track and plan where DaemonSets run in a Kubernetes cluster.')
    .usage('<command> [options]')
    .helpCommand(false)
    .version(VERSION, '-V, --version', 'Print the version')
    .helpOption('-h, --help', 'Print help')
    .showSuggestionAfterError(true)
    .configureHelp({ showGlobalOptions: true, optionDescription, subcommandTerm, minWidthToWrap: WRAPPED_COLUMNS_MIN })
    .addOption(serverOption(io))
    .addOption(
      new Option('--kubeconfig <file>', 'Path to the kubeconfig file; defaults to the files that kubectl uses'),
    )
    .addOption(textOption(io, 'context', 'name', 'Name of the kubeconfig context to use'))
    .addOption(
      textOption(
        io,
        'coordinator-namespace',
        'namespace',
        'Namespace of the coordinator',
        COORDINATOR_NAMESPACE_DEFAULT,
      ),
    )
    .addOption(fileOption(io, 'coordinator-ca', "CA certificate (PEM) that verifies the coordinator's certificate"))
    .addOption(
      textOption(io, 'coordinator-name', 'name', "Server name in the coordinator's certificate; defaults to the host"),
    )
    .addOption(fileOption(io, 'token-file', 'File that contains a bearer token'))
    .addOption(fileOption(io, 'client-certificate', 'Client certificate (PEM)'))
    .addOption(fileOption(io, 'client-key', 'Private key of the client certificate (PEM)'))
    .addOption(timeoutOption())
    .addOption(new Option('-n, --namespace <namespace>', 'Namespace of the DaemonSets').default('', 'all namespaces'))
    .addOption(
      new Option('-o, --output <format>', 'Output format; svg is for timelines only')
        .choices(OUTPUT_FORMATS)
        .default('table'),
    )
    .option('--no-color', 'Disable colors, as NO_COLOR does');
  program.addHelpText('after', '\nUse "rollcall <command> --help" for more information about a command.');
  for (const add of COMMANDS) add(program, runner);
  return program;
}

/** Leaves out `[options]`, which every command has. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '');
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...operands].join(' ');
}

/** Adds the choices and the default, but not the empty list that is the default of a repeatable option. */
function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices =
    argChoices === undefined ? [] : [`one of: ${argChoices.map((choice) => choice.replace(/:$/, ':N')).join(', ')}`];
  const text =
    defaultValueDescription ?? (['string', 'number'].includes(typeof defaultValue) ? String(defaultValue) : '');
  const remarks = [...choices, ...(text === '' ? [] : [`default: ${text}`])];
  return remarks.length === 0 ? description : `${description} (${remarks.join('; ')})`;
}

/** In the order of `--help`. */
const COMMANDS: readonly ((program: Command, runner: CommandRunner) => void)[] = [
  addStatusCommand,
  addWhyCommand,
  addNodeAndDaemonSetCommands,
  addListCommands,
  addDriftCommand,
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
      // Commander passes the operands, then the options, then the command itself.
      const operands = given.slice(0, -2).flat() as string[];
      const options = given.at(-2) as Record<string, unknown>;
      const context = new Context(io, program.opts<GlobalOptions>());
      checkOutput(context.globals, given.at(-1) as Command);
      setExitCode((await action(context, options, ...operands)) ?? 0);
    };
}

function checkOutput({ output }: GlobalOptions, command: Command): void {
  if (output !== 'table' && command.name() === 'export') {
    throw new UsageError(`audit export does not support -o ${output}; use --format jsonl or --format csv`);
  }
  if (output !== 'svg' || command.name() === 'timeline') return;
  throw new UsageError(`-o svg is for timelines only; ${command.name()} supports table, wide, json and yaml`);
}

function serverOption({ environment }: Io): Option {
  const option = new Option(
    '--server <address>',
    'Address of the coordinator; defaults to 127.0.0.1:7655 if a process listens there, ' +
      'otherwise to the cluster of the kubeconfig (env: ROLLCALL_SERVER)',
  ).argParser((text) => {
    if (parseAddress(text) === undefined) throw new InvalidArgumentError('must be an address such as 127.0.0.1:7655');
    return text;
  });
  const given = environment['ROLLCALL_SERVER'];
  return given ? option.default(given) : option;
}

function fileOption(io: Io, name: string, description: string): Option {
  return textOption(io, name, 'file', description);
}

/** An option that an environment variable can set as well: ROLLCALL_TOKEN_FILE for `--token-file`. */
function textOption(
  { environment }: Io,
  name: string,
  placeholder: string,
  description: string,
  defaultValue?: string,
): Option {
  const variable = environmentNameOf('rollcall', name);
  const option = new Option(`--${name} <${placeholder}>`, `${description} (env: ${variable})`);
  const given = environment[variable] || defaultValue;
  return given ? option.default(given) : option;
}

function timeoutOption(): Option {
  return new Option('--request-timeout <duration>', 'Time to wait for a response')
    .default(parseDurationMs(DEFAULT_TIMEOUT), DEFAULT_TIMEOUT)
    .argParser((text) => {
      const timeoutMs = parseDurationMs(text);
      if (!timeoutMs) throw new InvalidArgumentError('must be a duration such as 500ms or 10s');
      return timeoutMs;
    });
}
