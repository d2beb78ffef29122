/** Measures how long the newest commits took. */

const KEPT_MAX = 1_000;

export class CommitTimes {
  readonly #kept: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#kept[this.#next] = ms;
    this.#next = (this.#next + 1) % KEPT_MAX;
  }

  /** 0 before the first commit. */
  p99Ms(): number {
    const sorted = this.#kept.toSorted((left, right) => left - right);
    return sorted[Math.max(0, Math.ceil(sorted.length * 0.99) - 1)] ?? 0;
  }
}
