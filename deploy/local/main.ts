/**
 * `npm start`: a local cluster. Prints the status when the agents of all nodes have reported, then
 * every change, until Ctrl-C.
 */
import { join } from 'node:path';
import { connectQueryClient } from '../../cli/client/query-client.ts';
import type { Io } from '../../cli/io.ts';
import { run } from '../../cli/run.ts';
import { systemClock } from '../../shared/clock.ts';
import { PLAINTEXT } from '../../shared/rpc/channel-security.ts';
import { runProgram } from '../../shared/settings/run-program.ts';
import { LocalCluster } from './local-cluster.ts';
import { runOwn } from './run-own.ts';
import { localSettings } from './settings.ts';
import { untilComplete } from './until-complete.ts';

/** Exit code of `--once` if some agents have not reported. */
const EXIT_INCOMPLETE = 1;

await runProgram({
  table: localSettings,
  argv: process.argv.slice(2),
  environment: process.env,
  async run(settings, untilStopped) {
    const stopping = new AbortController();
    void untilStopped.then(() => stopping.abort());
    if (settings.own) {
      const data = join(settings.data, 'own');
      const io = terminal(stopping.signal);
      const stopPrinting = () => stopping.abort();
      return runOwn({ ...settings, data, clock: systemClock, say, io, stopPrinting, untilStopped });
    }
    const context = new LocalCluster({ ...settings, clock: systemClock, say });
    try {
      await context.start();
      say(`coordinator on ${context.address}, ${context.agentCount} agents started; logs in ${context.logFolder}`);
      const server = context.address;
      const coordinator = connectQueryClient({
        server,
        requestTimeoutMs: 10_000,
        clock: systemClock,
        security: PLAINTEXT,
      });
      const isComplete = await untilComplete({ coordinator, clock: systemClock, signal: stopping.signal });
      const io = terminal(stopping.signal);
      await run(['status', '--server', server], io);
      if (settings.once) return isComplete ? 0 : EXIT_INCOMPLETE;
      say(
        `edit a file in ${settings.nodes} or ${settings.daemonsets} to see changes; query with npx rollcall; stop with Ctrl-C`,
      );
      await Promise.race([run(['watch', '--server', server], io), untilStopped, context.whenCoordinatorFails()]);
      return 0;
    } finally {
      stopping.abort();
      await context.stop();
    }
  },
});

function say(what: string): void {
  process.stderr.write(`rollcall: ${what}\n`);
}

function terminal(signal: AbortSignal): Io {
  const { stdout, stderr } = process;
  return {
    stdout,
    stderr,
    readStdin: () => Promise.resolve(new Uint8Array()),
    environment: process.env,
    isTTY: stdout.isTTY === true,
    isErrorTTY: stderr.isTTY === true,
    columns: stdout.columns,
    fileExists: () => false,
    clock: systemClock,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    untilInterrupted: () => signal,
  };
}
