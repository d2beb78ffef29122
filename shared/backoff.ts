/** How long to wait before the next attempt, so that thousands of clients do not return at the same moment. */
import type { Clock } from './clock.ts';

export interface BackoffDelays {
  /** Ceiling of the delay after something that was healthy. */
  readonly firstMs: number;
  /** Ceiling of the delay after that; it doubles from here on. */
  readonly secondMs: number;
  readonly maxMs: number;
  /** How much of a delay is random: 1 spreads it from nothing to its ceiling. */
  readonly randomPart: number;
  /** What stayed open for so long proves that the trouble before it is over. */
  readonly healthyAfterMs: number;
}

/** Every delay lies in a random part of a ceiling that doubles. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #delays: BackoffDelays;
  #attempts = 0;
  #openedMs: number | undefined;

  constructor(clock: Clock, random: () => number, delays: BackoffDelays) {
    this.#clock = clock;
    this.#random = random;
    this.#delays = delays;
  }

  /** A connection was accepted. */
  opened(): void {
    this.#openedMs = this.#clock.nowMs();
  }

  /** The delay before the next attempt, now that a connection or an attempt has ended; `maxMs`: its ceiling this time. */
  nextDelayMs(maxMs = this.#delays.maxMs): number {
    const { firstMs, secondMs, randomPart, healthyAfterMs } = this.#delays;
    if (this.#openedMs !== undefined && this.#clock.nowMs() - this.#openedMs >= healthyAfterMs) this.#attempts = 0;
    this.#openedMs = undefined;
    const ceilingMs = this.#attempts === 0 ? firstMs : secondMs * 2 ** (this.#attempts - 1);
    this.#attempts++;
    return (1 - randomPart * (1 - this.#random())) * Math.min(ceilingMs, maxMs);
  }
}
