/** The interface between commands and their environment. main.ts passes the process; tests pass their own. */
import type { Clock } from '../shared/clock.ts';

export interface Io {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  /** Reads standard input to its end. */
  readonly readStdin: () => Promise<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal. */
  readonly isTTY: boolean;
  /** Whether standard error is a terminal. */
  readonly isErrorTTY: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  readonly fileExists: (path: string) => boolean;
  readonly clock: Clock;
  /** IANA name of the local time zone, in which times without a zone are read. */
  readonly timeZone: string;
  /** For commands that run until the user stops them: from this call on, Ctrl-C aborts the signal instead of the program. */
  readonly untilInterrupted: () => AbortSignal;
}
