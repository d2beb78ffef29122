/**
 * Reviews by the API server, remembered for a while: the same question is asked once, a crowd of
 * questions in turns, and while the API server is away what it accepted not long ago still counts.
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

interface Remembered<Answer> {
  readonly answer: Answer;
  readonly answeredMs: number;
}

export class ReviewCache<Answer extends Review> {
  readonly #clock: Clock;
  readonly #line = new ConcurrencyLimiter(REVIEWS);
  readonly #remembered = new Map<string, Remembered<Answer>>();
  readonly #asked = new Map<string, Promise<Answer>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The answer to the question that `key` stands for; `ask` throws where the API server does not answer.
   * @throws RollcallError IDENTITY_UNKNOWN where nothing is known and nobody can be asked.
   */
  async get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#remembered.get(key);
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
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    if (this.#line.isFull) throw identityUnknown('more callers than can be asked about wait already');
    const answer = this.#line
      .take(() => this.#inTime(ask()))
      .then((given) => {
        this.#remember(key, given);
        return given;
      })
      .finally(() => this.#asked.delete(key));
    this.#asked.set(key, answer);
    return answer;
  }

  #remember(key: string, answer: Answer): void {
    // Oldest first: a Map keeps the order in which keys came.
    this.#remembered.delete(key);
    this.#remembered.set(key, { answer, answeredMs: this.#clock.nowMs() });
    if (this.#remembered.size <= REVIEWS_CACHED_MAX) return;
    for (const oldest of this.#remembered.keys()) {
      this.#remembered.delete(oldest);
      return;
    }
  }

  #inTime(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const late = `the API server did not answer within ${REVIEW_TIMEOUT_MS / 1000} seconds`;
      const cancel = this.#clock.after(REVIEW_TIMEOUT_MS, () => reject(identityUnknown(late)));
      answer.then(resolve, reject).finally(cancel);
    });
  }

  #ageMs({ answeredMs }: Remembered<Answer>): number {
    return this.#clock.nowMs() - answeredMs;
  }
}

function freshMs({ accepted }: Review): number {
  return accepted ? REVIEW_CACHE_MS.accepted : REVIEW_CACHE_MS.rejected;
}

function identityUnknown(why: string): RollcallError {
  return new RollcallError('IDENTITY_UNKNOWN', `who the caller is cannot be found out: ${why}`, {
    retryAfterMs: IDENTITY_UNKNOWN_RETRY_MS,
  });
}
