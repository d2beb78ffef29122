/** What a command may touch of the world outside. main.ts hands in the process, tests hand in their own. */
import type { Clock } from '../shared/clock.ts';

export interface Io {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  /** Everything on standard input. */
  readonly readStdin: () => Promise<Uint8Array>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches standard output. */
  readonly isTTY: boolean;
  /** Whether a person watches standard error. */
  readonly isErrorTTY: boolean;
  /** Width of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  /** Whether there is a file at the path. */
  readonly fileExists: (path: string) => boolean;
  readonly clock: Clock;
  /** IANA name of the local time zone: times without a zone are of it. */
  readonly timeZone: string;
  /** For what goes on until the user ends it: from this call on Ctrl-C fires the signal, before it ends the program. */
  readonly untilInterrupted: () => AbortSignal;
}
