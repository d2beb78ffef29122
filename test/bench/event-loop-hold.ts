/** How long the event loop was held, beside how long a thread that had nothing to do was: that much is the machine's own doing. */
import { once } from 'node:events';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const IDLE_THREAD = `
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const { parentPort } = require('node:worker_threads');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  parentPort.once('message', () => parentPort.postMessage(delay.max / 1e6));
`;

const LAST_LOOK_MS = 5;

export interface Hold {
  readonly maxMs: number;
  /** What 999 of 1,000 looks at the event loop stayed below. */
  readonly p999Ms: number;
  /** The longest that the idle thread was held. */
  readonly idleMaxMs: number;
}

export class EventLoopHold {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 });
  readonly #idle = new Worker(IDLE_THREAD, { eval: true });
  readonly #online = once(this.#idle, 'online');

  /** Once the idle thread is there to be compared with. */
  async start(): Promise<void> {
    await this.#online;
    this.#delay.enable();
  }

  async stop(): Promise<Hold> {
    // A hold that is not over yet is measured when it is.
    await setTimeout(LAST_LOOK_MS);
    this.#delay.disable();
    const idleMaxMs = await new Promise<number>((resolve) => {
      this.#idle.once('message', resolve);
      this.#idle.postMessage('stop');
    });
    await this.#idle.terminate();
    return { maxMs: this.#delay.max / 1e6, p999Ms: this.#delay.percentile(99.9) / 1e6, idleMaxMs };
  }
}
