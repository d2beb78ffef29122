/** Counts refused agents and calls by reason. */
import type { RollcallError } from '../../shared/errors.ts';

export class RefusalCounter {
  readonly #counts = new Map<string, number>();

  count({ reason }: Pick<RollcallError, 'reason'>): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
  }

  entries(): [reason: string, count: number][] {
    return [...this.#counts];
  }
}
