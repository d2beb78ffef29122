/** Limits the number of tasks that run concurrently. Others wait in order, up to a maximum. */
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

  /** No task runs or waits. */
  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** Runs the task when a slot is free. Call only while `isFull` is false. */
  async take<Value>(task: () => Promise<Value>): Promise<Value> {
    if (this.#running < this.#parallel) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // The next task takes over the slot, so that no other task can take it first.
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** Starts all waiting tasks. */
  releaseAll(): void {
    const waiting = this.#waiting.splice(0);
    this.#running += waiting.length;
    for (const next of waiting) next();
  }
}
