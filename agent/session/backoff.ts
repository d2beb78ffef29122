/** How long to wait before the next attempt, so that thousands of agents do not return at the same moment. */
import type { Clock } from '../../shared/clock.ts';

/** After a stream that was healthy: a coordinator that was only restarted has its agents back at once. */
const FIRST_DELAY_MAX_MS = 250;
const SECOND_DELAY_MAX_MS = 1000;
const DELAY_MAX_MS = 60_000;

/** A stream that lived this long proves that the trouble before it is over. */
const HEALTHY_AFTER_MS = 60_000;

/** Full jitter: every delay is a random part of a ceiling that doubles. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #attempts = 0;
  #openedMs: number | undefined;

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A stream was accepted. */
  opened(): void {
    this.#openedMs = this.#clock.nowMs();
  }

  /** The delay before the next attempt, now that a stream or an attempt has ended. */
  nextDelayMs(): number {
    if (this.#openedMs !== undefined && this.#clock.nowMs() - this.#openedMs >= HEALTHY_AFTER_MS) this.#attempts = 0;
    this.#openedMs = undefined;
    const ceilingMs = this.#attempts === 0 ? FIRST_DELAY_MAX_MS : SECOND_DELAY_MAX_MS * 2 ** (this.#attempts - 1);
    this.#attempts++;
    return this.#random() * Math.min(ceilingMs, DELAY_MAX_MS);
  }
}
