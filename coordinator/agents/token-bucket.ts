/** A token bucket that limits the rate of new agent sessions, for example after a restart of the coordinator. */
import type { Clock } from '../../shared/clock.ts';

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #refilledMs: number;

  constructor({ clock, perSecond, burst }: { clock: Clock; perSecond: number; burst: number }) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#refilledMs = clock.nowMs();
  }

  /** Takes one token. Returns false if the bucket is empty. */
  take(): boolean {
    const nowMs = this.#clock.nowMs();
    const refill = ((nowMs - this.#refilledMs) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, refill));
    this.#refilledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
