/** Resolves promises when their revision is on disk. */

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class RevisionWaiters {
  #reached: number;
  #error: Error | undefined;
  #waiting: Waiter[] = [];

  constructor(reached: number) {
    this.#reached = reached;
  }

  get reached(): number {
    return this.#reached;
  }

  wait(revision: number): Promise<void> {
    if (revision <= this.#reached) return Promise.resolve();
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ revision, resolve, reject });
    });
  }

  reach(revision: number): void {
    this.#reached = revision;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) {
      if (waiter.revision <= revision) waiter.resolve();
      else this.#waiting.push(waiter);
    }
  }

  /** Rejects everything that waits, now and later. */
  fail(error: Error): void {
    this.#error = error;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const waiter of waiting) waiter.reject(error);
  }
}
