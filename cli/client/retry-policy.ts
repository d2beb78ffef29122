/** Retries calls to a coordinator that has answered before, with increasing delays, and reports each retry. */
import type { Clock } from '../../shared/clock.ts';
import { ERROR_KINDS, RollcallError } from '../../shared/errors.ts';
import { durationText } from '../output/time.ts';
import type { QueryClient } from './query-client.ts';

/** Short enough for a restart of the coordinator, long enough for a long outage. */
const WAIT_MS = { first: 1_000, max: 15_000 };

export interface RetryPolicyOptions {
  readonly clock: Clock;
  /** Stops the retries. */
  readonly signal: AbortSignal;
  /** Receives one sentence for each retry. */
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
   * Repeats `ask` until it succeeds. Returns `null` if the signal aborts first.
   * @throws an error that is not retryable, and any error before the first response of this coordinator
   */
  async answer<Answer>(coordinator: QueryClient, ask: () => Promise<Answer>): Promise<Answer | null> {
    while (!this.#options.signal.aborted) {
      try {
        const answer = await Promise.race([ask(), this.#interrupted]);
        this.reset();
        return answer;
      } catch (error) {
        if (!coordinator.hasAnswered || !isRetryable(error)) throw error;
        await this.wait(`${error.message}; retrying`);
      }
    }
    return null;
  }

  /** Reports `what`, completed with ` in 2s` or the like, and waits for that long. */
  async wait(what: string): Promise<void> {
    const { clock, emit } = this.#options;
    emit(`${what} in ${durationText(this.#waitMs)}`);
    let cancel = () => {};
    const waited = new Promise<void>((resolve) => (cancel = clock.after(this.#waitMs, resolve)));
    await Promise.race([waited, this.#interrupted]);
    cancel();
    this.#waitMs = Math.min(this.#waitMs * 2, WAIT_MS.max);
  }

  /** Resets the delay after a success. */
  reset(): void {
    this.#waitMs = WAIT_MS.first;
  }
}

export function isRetryable(error: unknown): error is RollcallError {
  return error instanceof RollcallError && ERROR_KINDS[error.reason].retryable;
}
