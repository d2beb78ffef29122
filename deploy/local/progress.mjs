// Runs a command and shows the elapsed time while it runs: on a terminal in one line that changes every
// second, elsewhere as a line every few seconds.
import { spawn } from 'node:child_process';

const TERMINAL_INTERVAL_MS = 1_000;
const LOG_INTERVAL_MS = 5_000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Resolves to what it took, in whole seconds. What the command prints goes to the same output as the progress.
 * @param hidesStdout `true` drops what the command writes to standard output.
 * @throws Error where the command cannot be started or fails.
 */
export async function runWithProgress({ what, command, args, cwd, hidesStdout = false, output = process.stderr }) {
  const progress = new Progress(what, output);
  try {
    await run(command, args, { cwd, hidesStdout, onOutput: (chunk) => progress.print(chunk) });
  } finally {
    progress.end();
  }
  return progress.seconds;
}

/** The elapsed time of one activity, from its construction to `end`. */
class Progress {
  #what;
  #output;
  #startMs = performance.now();
  #timer;

  constructor(what, output) {
    this.#what = what;
    this.#output = output;
    this.#timer = setInterval(() => this.#show(), output.isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS);
    if (output.isTTY) this.#show();
  }

  get seconds() {
    return Math.floor((performance.now() - this.#startMs) / 1_000);
  }

  /** Prints what the command itself says. */
  print(chunk) {
    if (this.#output.isTTY) this.#output.write(CLEAR_LINE);
    this.#output.write(chunk);
  }

  end() {
    clearInterval(this.#timer);
    if (this.#output.isTTY) this.#output.write(CLEAR_LINE);
  }

  #show() {
    const line = `rollcall: ${this.#what}: ${this.seconds} s`;
    this.#output.write(this.#output.isTTY ? `${CLEAR_LINE}${line}` : `${line}\n`);
  }
}

function run(command, args, { cwd, hidesStdout, onOutput }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', hidesStdout ? 'ignore' : 'pipe', 'pipe'] });
    child.stdout?.on('data', onOutput);
    child.stderr.on('data', onOutput);
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(new Error(`${command} ${args[0]} ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}`));
    });
  });
}
