/** Where the record begins since it was pruned, and which row was the newest at a time. */
import type { Database, Statement } from 'better-sqlite3';
import { JournalError } from '../journal-error.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';

export class Horizon {
  readonly #store: Statement<[], [number, number]>;
  readonly #newest: Statement<[], number | null>;
  readonly #recordedAt: Statement<[number], number>;

  constructor(database: Database) {
    this.#store = rawRows(database, 'SELECT pruned_through, pruned_ms FROM store');
    this.#newest = firstColumn(database, 'SELECT max(seq) FROM event');
    this.#recordedAt = firstColumn(database, 'SELECT recorded_ms FROM event WHERE seq = ?');
  }

  /** The newest row that was pruned; what held right after it can still be answered. 0: nothing was. */
  get revision(): number {
    return this.#store.get()?.[0] ?? 0;
  }

  /** When that row was recorded. */
  get recordedMs(): number {
    return this.#store.get()?.[1] ?? 0;
  }

  /** The newest row that there is; the pruned one where there is none after it. */
  get newestRevision(): number {
    return Math.max(this.#newest.get() ?? 0, this.revision);
  }

  /** @throws JournalError `before-retention` for a revision whose successors are not all there any more. */
  refuseBefore(revision: number): void {
    if (revision < this.revision) throw this.error(`revision ${revision}`);
  }

  /** The newest row that was recorded at this time or before; `undefined` where that was pruned; 0: before the first row. */
  lastAt(timeMs: number): number | undefined {
    return this.#last((recordedMs) => recordedMs <= timeMs);
  }

  lastBefore(timeMs: number): number | undefined {
    return this.#last((recordedMs) => recordedMs < timeMs);
  }

  /** When a row was recorded; 0 where it is not there. */
  recordedAt(revision: number): number {
    return revision === this.revision ? this.recordedMs : (this.#recordedAt.get(revision) ?? 0);
  }

  /**
   * After which row somebody goes on who saw the row `revision` that was recorded at `recordedMs`: after that row. Where
   * another is in its place, or none, an older backup was restored since: then after the newest one that was recorded no later.
   * @throws JournalError `before-retention` where rows were pruned that cannot have been seen
   */
  goOnAfter(revision: number, recordedMs: number): number {
    this.refuseBefore(revision);
    if (this.recordedAt(revision) === recordedMs) return revision;
    const newestSeen = this.lastAt(recordedMs);
    if (newestSeen === undefined) throw this.error(`what was recorded after ${new Date(recordedMs).toISOString()}`);
    return Math.min(newestSeen, revision - 1);
  }

  error(what: string): JournalError {
    const horizon = { revision: this.revision, recordedMs: this.recordedMs };
    const since = new Date(horizon.recordedMs).toISOString();
    const message =
      `${what} lies before what the journal keeps: it was pruned through revision ${horizon.revision}, ` +
      `recorded at ${since}; ask about a later moment, or a backup`;
    return new JournalError('before-retention', message, { horizon });
  }

  /** Recorded times never go back, so halving finds the row without an index. */
  #last(isEarly: (recordedMs: number) => boolean): number | undefined {
    let early = this.revision;
    if (early > 0 && !isEarly(this.recordedMs)) return undefined;
    let late = this.newestRevision + 1;
    while (late - early > 1) {
      const middle = early + Math.floor((late - early) / 2);
      if (isEarly(this.#recordedAt.get(middle) ?? 0)) early = middle;
      else late = middle;
    }
    return early;
  }
}
