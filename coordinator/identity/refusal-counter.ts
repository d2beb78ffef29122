/** How often agents and callers were turned away, by the reason of the catalogue of errors. */
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
