/**
 * How every long-running program begins and ends: a user's mistake is one sentence and exit code 2, a
 * bug is loud, and a signal ends it in good order. The only shared code that touches the process.
 */
import { RollcallError } from './errors.ts';
import { SettingsError } from './settings/settings-error.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Exit code where the user has to change something. */
const EXIT_MISTAKE = 2;

/** How a program ended: what it prints, if anything, and its exit code, 0 where it says none. */
export interface ProgramEnd {
  readonly text?: string;
  readonly exitCode?: number;
}

/** Runs a program. `untilStopped` resolves at the first signal; a second one ends the process at once. */
export async function runProgram(
  name: string,
  run: (untilStopped: Promise<void>) => Promise<ProgramEnd>,
): Promise<void> {
  try {
    const { text, exitCode = 0 } = await run(signalled());
    if (text !== undefined) process.stdout.write(`${text}\n`);
    process.exitCode = exitCode;
  } catch (error) {
    if (!isMistake(error)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    process.exitCode = EXIT_MISTAKE;
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) {
      process.once(signal, () => {
        resolve();
        process.once(signal, () => process.exit(EXIT_MISTAKE));
      });
    }
  });
}

function isMistake(error: unknown): error is Error {
  return error instanceof SettingsError || (error instanceof RollcallError && error.reason !== 'INTERNAL');
}
