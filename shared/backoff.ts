/** Randomized exponential backoff, so that thousands of clients do not reconnect at the same time. */
import type { Clock } from './clock.ts';

export interface BackoffDelays {
  /** Maximum of the first delay after a healthy connection. */
  readonly firstMs: number;
  /** Maximum of the second delay. It doubles with each further attempt. */
  readonly secondMs: number;
  readonly maxMs: number;
  /** Random part of a delay: 1 means between 0 and the maximum. */
  readonly randomPart: number;
  /** A connection that stays open for this time resets the backoff. */
  readonly healthyAfterMs: number;
}

/** Each delay is a random part of a maximum that doubles. */
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

  /** The delay before the next attempt, after a connection or an attempt has ended. `maxMs` limits this delay. */
  nextDelayMs(maxMs = this.#delays.maxMs): number {
    const { firstMs, secondMs, randomPart, healthyAfterMs } = this.#delays;
    if (this.#openedMs !== undefined && this.#clock.nowMs() - this.#openedMs >= healthyAfterMs) this.#attempts = 0;
    this.#openedMs = undefined;
    const ceilingMs = this.#attempts === 0 ? firstMs : secondMs * 2 ** (this.#attempts - 1);
    this.#attempts++;
    return (1 - randomPart * (1 - this.#random())) * Math.min(ceilingMs, maxMs);
  }
}
