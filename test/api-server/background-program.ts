/** A program that runs in the background of a test and always ends with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';

const LOG_CHARACTERS = 2_000;

/**
 * Runs the program and kills it when standard input closes, which happens even if this process is killed. The
 * programs do not need a graceful shutdown, because a test discards their data.
 */
const UNTIL_INPUT_ENDS = [
  'exec 3<&0',
  '"$@" </dev/null 3<&- & child=$!',
  '{ cat <&3 >/dev/null; kill -9 $child 2>/dev/null; } &',
  'wait $child',
].join('\n');

export class BackgroundProgram {
  readonly #path: string;
  readonly #logFile: string;
  readonly #shell: ChildProcess;

  constructor(path: string, flags: readonly string[], logFile: string) {
    this.#path = path;
    this.#logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#shell = spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'sh', path, ...flags], { stdio: ['pipe', log, log] });
    // A shell that has already ended does not read its standard input.
    this.#shell.stdin?.on('error', () => {});
  }

  /** @throws Error with the end of the log if the program has ended. */
  assertRuns(): void {
    if (this.#shell.exitCode !== null) throw new Error(`${this.#path} has ended:\n${this.logEnd()}`);
  }

  /** Of the program, which is the first child of the shell (Linux). */
  get processId(): number {
    const { pid } = this.#shell;
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return Number(first);
  }

  logEnd(): string {
    return readFileSync(this.#logFile, 'utf8').slice(-LOG_CHARACTERS);
  }

  async end(): Promise<void> {
    const hasEnded = this.#shell.exitCode !== null || this.#shell.signalCode !== null;
    const ended = hasEnded ? undefined : once(this.#shell, 'exit');
    this.#shell.stdin?.end();
    await ended;
  }
}
