/** Limits the average rate of writes, and how many follow each other at once after a quiet time: a token bucket. */
import type { Clock } from '../../shared/clock.ts';

export interface WriteRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Writes that are due are collected for this time, because each pass plans the whole DaemonSet. */
const BATCH_SECONDS = 0.2;

export class WriteBudget {
  readonly #clock: Clock;
  readonly #rate: WriteRate;
  #tokens: number;
  #refilledMs: number;

  constructor(clock: Clock, rate: WriteRate) {
    this.#clock = clock;
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#refilledMs = clock.elapsedMs();
  }

  /** Takes at most `wanted` writes; returns how many may be sent now. */
  take(wanted: number): number {
    this.#refill();
    const taken = Math.min(wanted, Math.floor(this.#tokens));
    this.#tokens -= taken;
    return taken;
  }

  /** How long until so many writes may be sent that a pass is worth its planning; 0: now. */
  waitMs(wanted: number): number {
    this.#refill();
    const { perSecond, burst } = this.#rate;
    const worthwhile = Math.max(1, Math.min(wanted, burst, perSecond * BATCH_SECONDS));
    return Math.max(0, Math.ceil(((worthwhile - this.#tokens) * 1000) / perSecond));
  }

  #refill(): void {
    const nowMs = this.#clock.elapsedMs();
    const { perSecond, burst } = this.#rate;
    this.#tokens = Math.min(burst, this.#tokens + ((nowMs - this.#refilledMs) * perSecond) / 1000);
    this.#refilledMs = nowMs;
  }
}
