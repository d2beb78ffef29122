/**
 * How every long-running program begins and ends: a user's mistake is one sentence and exit code 2, a
 * bug is loud, and a signal ends it in good order. The only shared code that touches the process.
 */
import { readFileSync } from 'node:fs';
import { RollcallError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { readSettings } from './read-settings.ts';
import { SettingsError } from './settings-error.ts';
import type { SettingMap, SettingsOf, SettingsTable } from './table.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Exit code where the user has to change something. */
const EXIT_MISTAKE = 2;

export interface Program<Map extends SettingMap> {
  readonly table: SettingsTable<Map>;
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Runs until it is done or stopped; resolves to the exit code. `untilStopped` resolves at the first signal. */
  readonly run: (settings: SettingsOf<Map>, untilStopped: Promise<void>) => Promise<number>;
}

/** Reads a program's settings and runs it. A second signal of one kind ends the process at once. */
export async function runProgram<Map extends SettingMap>(program: Program<Map>): Promise<void> {
  try {
    process.exitCode = await start(program);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    process.stderr.write(`${program.table.program}: ${error.message}\n`);
    process.exitCode = EXIT_MISTAKE;
  }
}

async function start<Map extends SettingMap>({ table, argv, environment, run }: Program<Map>): Promise<number> {
  const request = readSettings(table, { argv, environment, readFile: (path) => readFileSync(path, 'utf8') });
  if (request.kind === 'run') return run(request.settings, signalled());
  process.stdout.write(`${request.kind === 'help' ? request.text : VERSION}\n`);
  return 0;
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

function isUsageError(error: unknown): error is Error {
  return error instanceof SettingsError || (error instanceof RollcallError && error.reason !== 'INTERNAL');
}
