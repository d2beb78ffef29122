/** Runs a Rollcall program as a child process and writes its log to a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Time after which a program that does not stop is killed. */
const STOP_GRACE_MS = 5_000;

export interface ChildOptions {
  /** Path of the compiled program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly logFile: string;
  /** Called for every line of the log, parsed. */
  readonly onLogLine?: (line: LogLine) => void;
}

/** The fields of a log line that this file reads. */
export interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly port?: number;
}

export class ChildProgram {
  /** Resolves when the process has ended: how (`with exit code 1` or `by SIGKILL`), and what it wrote to standard error. */
  readonly ended: Promise<{ how: string; errorText: string }>;
  readonly #process: ChildProcess;

  constructor({ program, args, logFile, onLogLine }: ChildOptions) {
    this.#process = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(logFile, { flags: 'a' });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('a child without pipes');
    stdout.pipe(log);
    if (onLogLine) createInterface({ input: stdout }).on('line', (line) => onLogLine(parse(line)));
    let errorText = '';
    stderr.on('data', (chunk: Buffer) => {
      errorText += chunk.toString('utf8');
    });
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', (code, signal) => {
        const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
        resolve({ how, errorText: errorText.trim() });
      });
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Stops the program, and kills it if it does not stop. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}
