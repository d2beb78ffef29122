/**
 * Measures how long the event loop is blocked: the CPU time of its thread between two samples, which a timer takes every
 * millisecond if it can run. The wall-clock time is longer if no CPU is free or the hypervisor takes the CPU away, and shows how
 * busy the machine is. Nothing that is measured here waits for a disk on this thread: other threads access files.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

const SAMPLE_MS = 1;
/** CPU time of the calling thread in nanoseconds, and other fields (see sched-stats in the kernel documentation). */
const SCHEDULING = '/proc/thread-self/schedstat';
const SCHEDULING_BYTES_MAX = 128;

export interface EventLoopBlock {
  /** CPU time of the longest block; its wall-clock time if the system does not report CPU time. */
  readonly maxMs: number;
  /** Wall-clock time of the longest block, without the idle time of the loop. */
  readonly wallClockMs: number;
}

export function formatBlock({ maxMs, wallClockMs }: EventLoopBlock): string {
  return `${maxMs.toFixed(1)} ms CPU time (${wallClockMs.toFixed(1)} ms wall-clock time)`;
}

export class EventLoopMonitor {
  readonly #scheduling = process.platform === 'linux' ? openSync(SCHEDULING, 'r') : null;
  readonly #buffer = Buffer.alloc(SCHEDULING_BYTES_MAX);
  #maxMs = 0;
  #wallClockMs = 0;
  #stopped: (() => void) | undefined;

  start(): void {
    const before = performance.eventLoopUtilization();
    const cpuBeforeMs = this.#cpuMs();
    setTimeout(() => this.#sample(before, cpuBeforeMs), SAMPLE_MS);
  }

  /** Resolves after one more sample, which includes a block that has not ended yet. */
  async stop(): Promise<EventLoopBlock> {
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
    });
    if (this.#scheduling !== null) closeSync(this.#scheduling);
    return { maxMs: this.#maxMs, wallClockMs: this.#wallClockMs };
  }

  #sample(before: EventLoopUtilization, cpuBeforeMs: number | null): void {
    const { active: activeMs } = performance.eventLoopUtilization(before);
    const cpuMs = this.#cpuMs();
    this.#wallClockMs = Math.max(this.#wallClockMs, activeMs);
    this.#maxMs = Math.max(this.#maxMs, cpuMs === null ? activeMs : cpuMs - (cpuBeforeMs ?? 0));
    if (this.#stopped === undefined) this.start();
    else this.#stopped();
  }

  #cpuMs(): number | null {
    if (this.#scheduling === null) return null;
    const length = readSync(this.#scheduling, this.#buffer, 0, SCHEDULING_BYTES_MAX, 0);
    return Number(this.#buffer.toString('latin1', 0, length).split(' ')[0]) / 1e6;
  }
}
