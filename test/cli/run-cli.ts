/** Runs a command line in this process with an environment made for the test. */
import type { Io } from '../../cli/io.ts';
import { run } from '../../cli/run.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';

export interface CliOptions {
  readonly stdin?: string;
  readonly environment?: Record<string, string>;
  readonly isTTY?: boolean;
  readonly isErrorTTY?: boolean;
  readonly columns?: number;
  readonly nowMs?: number;
  readonly signal?: AbortSignal;
  /** Replaces `nowMs` and also drives timers. */
  readonly clock?: Clock;
  /** IANA name. */
  readonly timeZone?: string;
}

export interface CliOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
  const output = startCli(argv, options);
  const exitCode = await output.ended;
  return { exitCode, stdout: output.stdout(), stderr: output.stderr() };
}

/** For commands that run until they are interrupted. */
export function startCli(argv: readonly string[], options: CliOptions = {}) {
  const written = { stdout: '', stderr: '' };
  const io: Io = {
    stdout: { write: (text) => void (written.stdout += text) },
    stderr: { write: (text) => void (written.stderr += text) },
    readStdin: async () => Buffer.from(options.stdin ?? ''),
    environment: options.environment ?? {},
    isTTY: options.isTTY ?? false,
    isErrorTTY: options.isErrorTTY ?? false,
    columns: options.columns,
    fileExists: () => false,
    clock: options.clock ?? clockAt(options.nowMs),
    timeZone: options.timeZone ?? 'UTC',
    untilInterrupted: () => options.signal ?? new AbortController().signal,
  };
  return { ended: run(argv, io), stdout: () => written.stdout, stderr: () => written.stderr };
}

/** A stopped clock, so that ages are constant. Timers are real, because calls go to real servers. */
function clockAt(nowMs: number | undefined): Clock {
  return nowMs === undefined ? systemClock : { ...systemClock, nowMs: () => nowMs };
}
