/**
 * Runs one command line: argv in, exit code out. Every mistake becomes one sentence on standard error;
 * only a bug shows its stack.
 */
import { type Command, CommanderError } from 'commander';
import { EXIT, RollcallError } from '../shared/errors.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';
import { withResourceCommand } from './resource-name.ts';
import { UsageError } from './usage-error.ts';

/** `argv` is what follows the program's name. Returns the exit code; never throws. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(io, (code) => {
    exitCode = code;
  });
  for (const command of withAllBelow(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Said below, in our own form.
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
  io.stderr.write(`rollcall: this is a bug in rollcall; please report it with what follows\n${stack}\n`);
  return EXIT.error;
}

function reportUsage(error: CommanderError, io: Io): number {
  // Help and version were asked for, and are printed already.
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') {
    io.stderr.write('rollcall: a command is missing; --help lists them\n');
    return EXIT.error;
  }
  io.stderr.write(`rollcall: ${sentenceOf(error.message)}\n`);
  return EXIT.error;
}

/** Commander says `error: …` and puts what it suggests on a line of its own. */
function sentenceOf(message: string): string {
  const [first = '', ...rest] = message
    .replace(/^error: /, '')
    .replace(/ is invalid\. (It must|Allowed)/, ' cannot be used. $1')
    .split('\n');
  const hint = rest.join(' ').replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?');
  return hint === '' ? first.replace(/\.$/, '') : `${first}; ${hint}`;
}
