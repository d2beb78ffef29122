/** Waits out broken connections to a coordinator that has answered before: a little longer each time, saying so. */
import type { Clock } from '../../shared/clock.ts';
import { ERROR_KINDS, RollcallError } from '../../shared/errors.ts';
import { durationText } from '../output/time.ts';
import type { QueryClient } from './query-client.ts';

/** Soon enough for a coordinator that restarts; rarely enough for one that is gone for long. */
const WAIT_MS = { first: 1_000, max: 15_000 };

export interface RetryPolicyOptions {
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Hears in a sentence of every break. */
  readonly emit: (sentence: string) => void;
}

export class RetryPolicy {
  readonly #options: RetryPolicyOptions;
  readonly #interrupted: Promise<null>;
  #waitMs = WAIT_MS.first;

  constructor(options: RetryPolicyOptions) {
    this.#options = options;
    const { signal } = options;
    this.#interrupted = new Promise((resolve) => {
      if (signal.aborted) resolve(null);
      else signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  }

  /**
   * Asks until there is an answer; `null`: ended before.
   * @throws what trying again cannot help, and whatever comes while this coordinator has answered nothing yet
   */
  async answer<Answer>(coordinator: QueryClient, ask: () => Promise<Answer>): Promise<Answer | null> {
    while (!this.#options.signal.aborted) {
      try {
        const answer = await Promise.race([ask(), this.#interrupted]);
        this.restore();
        return answer;
      } catch (error) {
        if (!coordinator.hasAnswered || !isWorthAnotherTry(error)) throw error;
        await this.wait(`${error.message}; asking again`);
      }
    }
    return null;
  }

  /** Waits before another try, and says when that is: `what` goes before `in 2s`. */
  async wait(what: string): Promise<void> {
    const { clock, emit } = this.#options;
    emit(`${what} in ${durationText(this.#waitMs)}`);
    let cancel = () => {};
    const waited = new Promise<void>((resolve) => (cancel = clock.after(this.#waitMs, resolve)));
    await Promise.race([waited, this.#interrupted]);
    cancel();
    this.#waitMs = Math.min(this.#waitMs * 2, WAIT_MS.max);
  }

  /** The connection holds again. */
  restore(): void {
    this.#waitMs = WAIT_MS.first;
  }
}

export function isWorthAnotherTry(error: unknown): error is RollcallError {
  return error instanceof RollcallError && ERROR_KINDS[error.reason].retryable;
}
