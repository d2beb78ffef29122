#!/usr/bin/env node
/** Entry point of `rollcall` and `kubectl-rollcall`: connects the command line to the process. */
import { existsSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { systemClock } from '../shared/clock.ts';
import { EXIT } from '../shared/errors.ts';
import { run } from './run.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader closed the pipe, as `| head` does. This is not an error.
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    process.stderr.write(`rollcall: cannot write the output: ${error.message}\n`);
    process.exit(EXIT.error);
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: () => buffer(process.stdin),
  environment: process.env,
  isTTY: process.stdout.isTTY === true,
  isErrorTTY: process.stderr.isTTY === true,
  columns: process.stdout.columns,
  fileExists: existsSync,
  clock: systemClock,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  untilInterrupted,
});

function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());
  return interrupted.signal;
}
