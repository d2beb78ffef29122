/**
 * Runs a long-running program: a usage error prints one sentence and exits with code 2, a bug fails with a stack trace,
 * and a signal stops the program gracefully. The only shared code that uses the process.
 */
import { readFileSync } from 'node:fs';
import { RollcallError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { readSettings } from './read-settings.ts';
import { SettingsError } from './settings-error.ts';
import type { SettingMap, SettingsOf, SettingsTable } from './table.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Exit code of a usage error. */
const EXIT_USAGE_ERROR = 2;

export interface Program<Map extends SettingMap> {
  readonly table: SettingsTable<Map>;
  /** The arguments after the program name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Runs until it finishes or is stopped. Resolves to the exit code. `untilStopped` resolves at the first signal. */
  readonly run: (settings: SettingsOf<Map>, untilStopped: Promise<void>) => Promise<number>;
}

/** Reads the settings of a program and runs it. A second signal of the same kind exits immediately. */
export async function runProgram<Map extends SettingMap>(program: Program<Map>): Promise<void> {
  try {
    process.exitCode = await start(program);
  } catch (error) {
    if (!isUsageError(error)) throw error;
    process.stderr.write(`${program.table.program}: ${error.message}\n`);
    process.exitCode = EXIT_USAGE_ERROR;
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
        process.once(signal, () => process.exit(EXIT_USAGE_ERROR));
      });
    }
  });
}

function isUsageError(error: unknown): error is Error {
  return error instanceof SettingsError || (error instanceof RollcallError && error.reason !== 'INTERNAL');
}
