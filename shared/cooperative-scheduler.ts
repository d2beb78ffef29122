/**
 * Splits long computations into time slices, so that no query blocks the event loop. Only one computation continues in
 * each iteration of the event loop.
 */
import type { Clock } from './clock.ts';

/** Length of a time slice. Including one more item and garbage collection, it stays below 20 ms. */
const TURN_MS = 2;

export class CooperativeScheduler {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #waiting: (() => void)[] = [];
  #startMs: number;

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
    this.#startMs = clock.elapsedMs();
  }

  /** The items, with a pause at the end of each time slice. */
  async *each<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
    for (const item of items) {
      if (this.#isOver) await this.#next();
      yield item;
    }
  }

  /** The result of the work, with a pause at the end of each time slice. */
  async finished<Result>(work: Iterator<void, Result>): Promise<Result> {
    for (;;) {
      if (this.#isOver) await this.#next();
      const step = work.next();
      if (step.done === true) return step.value;
    }
  }

  get #isOver(): boolean {
    return this.#clock.elapsedMs() - this.#startMs > TURN_MS;
  }

  /** Resolves for the longest waiting computation, one in each iteration of the event loop. */
  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(() => this.#begin());
    });
  }

  #begin(): void {
    this.#startMs = this.#clock.elapsedMs();
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(() => this.#begin());
  }
}

/** Runs work in steps to its end without a pause. */
export function runToCompletion<Result>(work: Iterator<void, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
