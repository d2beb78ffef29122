/**
 * How long the event loop was held: a timer looks every millisecond whether it gets its turn. What of that the thread only waited
 * for a free processor is told apart, as Linux counts it, because it says how busy the machine was and not what the turn did.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const LOOK_MS = 1;
/** Of the calling thread: nanoseconds on a processor, nanoseconds waiting for one, turns (sched-stats in the kernel's documentation). */
const SCHEDULING = '/proc/thread-self/schedstat';
const SCHEDULING_BYTES_MAX = 128;

export interface Hold {
  /** The longest, without waiting for a processor. */
  readonly maxMs: number;
  /** The longest by the clock. */
  readonly byClockMs: number;
}

export function holdWords({ maxMs, byClockMs }: Hold): string {
  return `${maxMs.toFixed(1)} ms (${byClockMs.toFixed(1)} ms with waiting for a free processor)`;
}

export class EventLoopHold {
  readonly #scheduling = process.platform === 'linux' ? openSync(SCHEDULING, 'r') : null;
  readonly #buffer = Buffer.alloc(SCHEDULING_BYTES_MAX);
  #maxMs = 0;
  #byClockMs = 0;
  #stopped: (() => void) | undefined;

  start(): void {
    const startMs = performance.now();
    const waitedMs = this.#waitedMs();
    setTimeout(() => this.#look(startMs, waitedMs), LOOK_MS);
  }

  /** After one more look, which sees a hold that is not over yet. */
  async stop(): Promise<Hold> {
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    if (this.#scheduling !== null) closeSync(this.#scheduling);
    return { maxMs: this.#maxMs, byClockMs: this.#byClockMs };
  }

  #look(startMs: number, waitedBeforeMs: number): void {
    const heldMs = performance.now() - startMs - LOOK_MS;
    const waitedMs = this.#waitedMs() - waitedBeforeMs;
    this.#byClockMs = Math.max(this.#byClockMs, heldMs);
    this.#maxMs = Math.max(this.#maxMs, heldMs - waitedMs);
    if (this.#stopped === undefined) this.start();
    else this.#stopped();
  }

  #waitedMs(): number {
    if (this.#scheduling === null) return 0;
    const length = readSync(this.#scheduling, this.#buffer, 0, SCHEDULING_BYTES_MAX, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  }
}
