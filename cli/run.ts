/**
 * Runs one command line: argv in, exit code out. Prints each expected error as one sentence on standard error, and
 * a stack trace only for a bug.
 */
import { type Command, CommanderError } from 'commander';
import { EXIT, RollcallError } from '../shared/errors.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';
import { withResourceCommand } from './resource-name.ts';
import { UsageError } from './usage-error.ts';

/** `argv` excludes the program name. Returns the exit code; never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  for (const command of withAllBelow(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // report() prints errors in one form.
      writeErr: () => {},
      ...(io.columns !== undefined && { getOutHelpWidth: () => io.columns ?? 0 }),
    });
  }
  try {
    await program.parseAsync(withResourceCommand(program, argv), { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(error, io);
  }
}

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return reportUsage(error, io);
  if (error instanceof UsageError || error instanceof SettingsError || error instanceof RollcallError) {
    io.stderr.write(`rollcall: ${error.message}\n`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? error.stack : String(error);
  io.stderr.write(`rollcall: this is a bug in rollcall; please report it with the following stack trace\n${stack}\n`);
  return EXIT.error;
}

function reportUsage(error: CommanderError, io: Io): number {
  // Commander has already printed the help or the version.
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') {
    io.stderr.write('rollcall: no command specified; use --help to list the commands\n');
    return EXIT.error;
  }
  io.stderr.write(`rollcall: ${sentenceOf(error.message)}\n`);
  return EXIT.error;
}

/** Rewrites the errors of commander, which begin with `error: ` and put a suggestion on a second line. */
function sentenceOf(message: string): string {
  const [first = '', ...rest] = message
    .replace(/^error: /, '')
    .replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. /, "invalid value '$2' for $1: ")
    .replace(/^command-argument value '(.*)' is invalid for argument '(.*)'\. /, "invalid value '$1' for <$2>: ")
    .replace('Allowed choices are', 'must be one of')
    .replace(/^(too many arguments for '.*')\. Expected/, '$1: expected')
    .split('\n');
  const hint = rest.join(' ').replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?');
  return hint === '' ? first.replace(/\.$/, '') : `${first}; ${hint}`;
}
