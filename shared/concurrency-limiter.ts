/** Lets so many tasks run at once; the others wait, up to a number, in the order in which they came. */
export class ConcurrencyLimiter {
  readonly #parallel: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ parallel, waiting }: { parallel: number; waiting: number }) {
    this.#parallel = parallel;
    this.#waitingMax = waiting;
  }

  get isFull(): boolean {
    return this.#running >= this.#parallel && this.#waiting.length >= this.#waitingMax;
  }

  /** Nothing runs, and so nothing waits. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** To be asked only while it is not full. */
  async take<Value>(task: () => Promise<Value>): Promise<Value> {
    if (this.#running < this.#parallel) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // The place goes on to the next one, so that nobody slips in between.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Nobody that waits now waits any longer. */
  releaseAll(): void {
    const waiting = this.#waiting.splice(0);
    this.#running += waiting.length;
    for (const next of waiting) next();
  }
}
