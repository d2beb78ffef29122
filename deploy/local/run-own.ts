/** Plays the incidents of `npm start -- --own`, and prints what the coordinator writes to the cluster. */
import type { Io } from '../../cli/io.ts';
import { run } from '../../cli/run.ts';
import type { Clock } from '../../shared/clock.ts';
import { OwnCluster, type OwnClusterOptions } from './own-cluster.ts';
import { incidents } from './own-script.ts';

/** A failed pod waits up to a few seconds for its back-off; everything else takes less. */
const INCIDENT_MS_MAX = 60_000;
const LOOK_INTERVAL_MS = 200;
/** Time to read what happened. */
const PAUSE_MS = 1_500;

export interface RunOwnOptions extends OwnClusterOptions {
  readonly once: boolean;
  readonly say: (what: string) => void;
  readonly io: Io;
  /** Ends the commands that print to `io`. */
  readonly stopPrinting: () => void;
  readonly untilStopped: Promise<void>;
}

/** Resolves to the exit code: 1 if an incident was not handled. */
export async function runOwn(options: RunOwnOptions): Promise<number> {
  const { say, io, once, untilStopped, clock } = options;
  const cluster = new OwnCluster(options);
  try {
    say('starting a simulated cluster; the coordinator looks for another DaemonSet controller for 15 seconds');
    const started = await Promise.race([cluster.start().then(() => true), untilStopped.then(() => false)]);
    if (!started) return 0;
    const server = cluster.address;
    say(`coordinator on ${server}; its log is ${cluster.logFile}`);
    const watching = run(['watch', '--kind', 'write', '--server', server], io);
    const isHandled = await Promise.race([playAll(cluster, clock, say), untilStopped.then(() => null)]);
    if (isHandled === null) return 0;
    if (once) return isHandled ? 0 : 1;
    say(`ask why: npx rollcall why nvidia-device-plugin gpu-2 --server ${server}`);
    say(`ask what was written and why: npx rollcall history --kind write --server ${server}`);
    say('stop with Ctrl-C');
    await Promise.race([watching, untilStopped, cluster.whenCoordinatorFails()]);
    return 0;
  } finally {
    options.stopPrinting();
    await cluster.stop();
  }
}

async function playAll(cluster: OwnCluster, clock: Clock, say: RunOwnOptions['say']): Promise<boolean> {
  for (const [index, { what, happen, isHandled }] of incidents.entries()) {
    say(`${index + 1} of ${incidents.length}: ${what}`);
    happen(cluster);
    if (!(await becomesTrue(() => isHandled(cluster), clock))) {
      say(`this was not handled within ${INCIDENT_MS_MAX / 1000} seconds: ${what}`);
      return false;
    }
    await pause(clock, PAUSE_MS);
  }
  return true;
}

/** The first look comes after a pause: the coordinator has not reacted before. */
async function becomesTrue(is: () => boolean, clock: Clock): Promise<boolean> {
  const untilMs = clock.elapsedMs() + INCIDENT_MS_MAX;
  await pause(clock, PAUSE_MS);
  while (clock.elapsedMs() < untilMs) {
    if (is()) return true;
    await pause(clock, LOOK_INTERVAL_MS);
  }
  return false;
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
