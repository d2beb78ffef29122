/**
 * How long the event loop was held: what its thread took of a processor between two looks, which a timer takes every millisecond where
 * it gets its turn. By the clock it can be longer, when no processor was free or the host of a virtual machine took it away: that says
 * how busy the machine was. Nothing that is measured here waits for a disk on this thread: files are for others (journal/threads.ts).
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

const LOOK_MS = 1;
/** Of the calling thread: nanoseconds on a processor, and more (sched-stats in the kernel's documentation). */
const SCHEDULING = '/proc/thread-self/schedstat';
const SCHEDULING_BYTES_MAX = 128;

export interface Hold {
  /** The longest, of a processor; by the clock where the system does not tell. */
  readonly maxMs: number;
  /** The longest by the clock, without the loop's rest. */
  readonly byClockMs: number;
}

export function holdWords({ maxMs, byClockMs }: Hold): string {
  return `${maxMs.toFixed(1)} ms of a processor (${byClockMs.toFixed(1)} ms by the clock)`;
}

export class EventLoopHold {
  readonly #scheduling = process.platform === 'linux' ? openSync(SCHEDULING, 'r') : null;
  readonly #buffer = Buffer.alloc(SCHEDULING_BYTES_MAX);
  #maxMs = 0;
  #byClockMs = 0;
  #stopped: (() => void) | undefined;

  start(): void {
    const before = performance.eventLoopUtilization();
    const takenBeforeMs = this.#takenMs();
    setTimeout(() => this.#look(before, takenBeforeMs), LOOK_MS);
  }

  /** After one more look, which sees a hold that is not over yet. */
  async stop(): Promise<Hold> {
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    if (this.#scheduling !== null) closeSync(this.#scheduling);
    return { maxMs: this.#maxMs, byClockMs: this.#byClockMs };
  }

  #look(before: EventLoopUtilization, takenBeforeMs: number | null): void {
    const { active: activeMs } = performance.eventLoopUtilization(before);
    const takenMs = this.#takenMs();
    this.#byClockMs = Math.max(this.#byClockMs, activeMs);
    this.#maxMs = Math.max(this.#maxMs, takenMs === null ? activeMs : takenMs - (takenBeforeMs ?? 0));
    if (this.#stopped === undefined) this.start();
    else this.#stopped();
  }

  #takenMs(): number | null {
    if (this.#scheduling === null) return null;
    const length = readSync(this.#scheduling, this.#buffer, 0, SCHEDULING_BYTES_MAX, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  }
}
