/**
 * Cuts long answers into turns, between which everything else that waits has its own: no answer holds the coordinator up, nor do
 * many at once, because only one of them goes on in each turn of the event loop.
 */
import type { Clock } from './clock.ts';

/** How long a turn goes on before the next item waits: with one item more, and garbage to collect, it stays well within 20 ms. */
const TURN_MS = 2;

export class CooperativeScheduler {
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #waiting: (() => void)[] = [];
  #startMs: number;

  constructor(clock: Pick<Clock, 'elapsedMs'>) {
    this.#clock = clock;
    this.#startMs = clock.elapsedMs();
  }

  /** The items, with a pause whenever a turn is over. */
  async *each<Item>(items: Iterable<Item>): AsyncGenerator<Item, void, undefined> {
    for (const item of items) {
      if (this.#isOver) await this.#next();
      yield item;
    }
  }

  /** What work comes to that pauses at each step whenever a turn is over. */
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

  /** Whoever waits longest goes on, and nobody else before the event loop has come round again. */
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
