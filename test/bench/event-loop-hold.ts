/**
 * How long the event loop was held, beside a thread that has nothing to do: when both are held at once, no processor was free, and
 * that much is the machine's own doing (other processes, or the host of a virtual machine).
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { HoldProbe, type HoldSpan } from './hold-probe.ts';

export interface Hold {
  /** The longest, without what the idle thread was held at the same time. */
  readonly maxMs: number;
  /** The longest with all. */
  readonly withMachineMs: number;
  /** The longest that the idle thread was held. */
  readonly idleMaxMs: number;
}

export function holdWords({ maxMs, withMachineMs, idleMaxMs }: Hold): string {
  const beside = `${withMachineMs.toFixed(1)} ms with what held an idle thread at the same time`;
  return `${maxMs.toFixed(1)} ms (${beside}; that thread's longest ${idleMaxMs.toFixed(1)} ms)`;
}

export class EventLoopHold {
  readonly #probe = new HoldProbe();
  readonly #idle = new Worker(new URL('./hold-probe-thread.js', import.meta.url));
  readonly #online = once(this.#idle, 'message');

  /** Once the idle thread is there to be compared with. */
  async start(): Promise<void> {
    await this.#online;
    this.#probe.start();
  }

  async stop(): Promise<Hold> {
    const spans = await this.#probe.stop();
    this.#idle.postMessage('stop');
    const [idleSpans] = (await once(this.#idle, 'message')) as [HoldSpan[]];
    await this.#idle.terminate();
    return {
      maxMs: longest(spans.map((span) => lengthMs(span) - overlapMs(span, idleSpans))),
      withMachineMs: longest(spans.map(lengthMs)),
      idleMaxMs: longest(idleSpans.map(lengthMs)),
    };
  }
}

function overlapMs({ startMs, endMs }: HoldSpan, others: readonly HoldSpan[]): number {
  return others
    .map((other) => Math.max(0, Math.min(endMs, other.endMs) - Math.max(startMs, other.startMs)))
    .reduce((sum, ms) => sum + ms, 0);
}

function lengthMs({ startMs, endMs }: HoldSpan): number {
  return endMs - startMs;
}

function longest(lengthsMs: readonly number[]): number {
  return lengthsMs.reduce((max, ms) => Math.max(max, ms), 0);
}
