/** How long the event loop was held, beside how long a thread that had nothing to do was: that much is the machine's own doing. */
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';

const IDLE_THREAD = `
  const { monitorEventLoopDelay } = require('node:perf_hooks');
  const { parentPort } = require('node:worker_threads');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  parentPort.once('message', () => parentPort.postMessage(delay.max / 1e6));
`;

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

  start(): void {
    this.#delay.enable();
  }

  async stop(): Promise<Hold> {
    this.#delay.disable();
    const idleMaxMs = await new Promise<number>((resolve) => {
      this.#idle.once('message', resolve);
      this.#idle.postMessage('stop');
    });
    await this.#idle.terminate();
    return { maxMs: this.#delay.max / 1e6, p999Ms: this.#delay.percentile(99.9) / 1e6, idleMaxMs };
  }
}
