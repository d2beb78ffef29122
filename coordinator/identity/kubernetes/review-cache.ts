/**
 * Caches reviews of the API server. Concurrent requests with the same key share one review, the number of concurrent
 * reviews is limited, and while the API server is unavailable, accepted reviews remain valid for a limited time.
 */
import type { Clock } from '../../../shared/clock.ts';
import { ConcurrencyLimiter } from '../../../shared/concurrency-limiter.ts';
import { RollcallError } from '../../../shared/errors.ts';
import {
  IDENTITY_UNKNOWN_RETRY_MS,
  REVIEW_CACHE_MS,
  REVIEW_STALE_MS_MAX,
  REVIEW_TIMEOUT_MS,
  REVIEWS,
  REVIEWS_CACHED_MAX,
} from '../../limits.ts';

export interface Review {
  readonly accepted: boolean;
}

interface CachedReview<Answer> {
  readonly answer: Answer;
  readonly answeredMs: number;
}

export class ReviewCache<Answer extends Review> {
  readonly #clock: Clock;
  readonly #limiter = new ConcurrencyLimiter(REVIEWS);
  readonly #cached = new Map<string, CachedReview<Answer>>();
  readonly #pending = new Map<string, Promise<Answer>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns the review with this key from the cache, or requests it. `ask` throws if the API server does not respond.
   * @throws RollcallError IDENTITY_UNKNOWN if the review is neither cached nor available.
   */
  async get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#cached.get(key);
    if (known !== undefined && this.#ageMs(known) < freshMs(known.answer)) return known.answer;
    try {
      return await this.#ask(key, ask);
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      if (known?.answer.accepted && this.#ageMs(known) < REVIEW_STALE_MS_MAX) return known.answer;
      throw identityUnknown(error.message);
    }
  }

  #ask(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const asked = this.#pending.get(key);
    if (asked !== undefined) return asked;
    if (this.#limiter.isFull) throw identityUnknown('too many callers are waiting for a review');
    const answer = this.#limiter
      .take(() => this.#withTimeout(ask()))
      .then((given) => {
        this.#store(key, given);
        return given;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, answer);
    return answer;
  }

  #store(key: string, answer: Answer): void {
    // A Map preserves insertion order, so the oldest key is the first one.
    this.#cached.delete(key);
    this.#cached.set(key, { answer, answeredMs: this.#clock.nowMs() });
    if (this.#cached.size <= REVIEWS_CACHED_MAX) return;
    for (const oldest of this.#cached.keys()) {
      this.#cached.delete(oldest);
      return;
    }
  }

  #withTimeout(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const late = `the API server did not respond within ${REVIEW_TIMEOUT_MS / 1000} seconds`;
      const cancel = this.#clock.after(REVIEW_TIMEOUT_MS, () => reject(identityUnknown(late)));
      answer.then(resolve, reject).finally(cancel);
    });
  }

  #ageMs({ answeredMs }: CachedReview<Answer>): number {
    return this.#clock.nowMs() - answeredMs;
  }
}

function freshMs({ accepted }: Review): number {
  return accepted ? REVIEW_CACHE_MS.accepted : REVIEW_CACHE_MS.rejected;
}

function identityUnknown(why: string): RollcallError {
  return new RollcallError('IDENTITY_UNKNOWN', `the caller cannot be authenticated now: ${why}`, {
    retryAfterMs: IDENTITY_UNKNOWN_RETRY_MS,
  });
}
