/** The retention horizon of a journal, and the rows that were the newest at a time. */
import type { Database, Statement } from 'better-sqlite3';
import { JournalError } from '../base/journal-error.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';

export class Horizon {
  readonly #store: Statement<[], [number, number]>;
  readonly #newest: Statement<[], number | null>;
  readonly #recordedAt: Statement<[number], number>;
  /** The newest revision seen so far. New rows only add to it. */
  #newestSeen = 0;

  constructor(database: Database) {
    this.#store = rawRows(database, 'SELECT pruned_through, pruned_ms FROM store');
    this.#newest = firstColumn(database, 'SELECT max(seq) FROM event');
    this.#recordedAt = firstColumn(database, 'SELECT recorded_ms FROM event WHERE seq = ?');
  }

  /** The newest row that was pruned; the state right after it can still be read. 0: nothing was pruned. */
  get revision(): number {
    return this.#store.get()?.[0] ?? 0;
  }

  /** When that row was recorded; 0 when nothing was pruned. */
  get recordedMs(): number {
    return this.#store.get()?.[1] ?? 0;
  }

  /** The newest row; the last pruned row when no row follows it. */
  get newestRevision(): number {
    return Math.max(this.#newest.get() ?? 0, this.revision);
  }

  /** @throws JournalError `before-retention` for a revision before the horizon */
  refuseBefore(revision: number): void {
    if (revision < this.revision) throw this.error(`revision ${revision}`);
  }

  /**
   * @throws JournalError `before-retention` for a revision before the horizon, `not-recorded-yet` for one after the newest row
   */
  assertRecorded(revision: number): void {
    this.refuseBefore(revision);
    if (revision <= this.#newestSeen) return;
    this.#newestSeen = this.newestRevision;
    if (revision <= this.#newestSeen) return;
    const message = `revision ${revision} is not recorded yet; the newest is ${this.#newestSeen}`;
    throw new JournalError('not-recorded-yet', message);
  }

  /** The newest row recorded at or before a time. 0: no row was recorded by then. `undefined`: that row was pruned. */
  lastAt(timeMs: number): number | undefined {
    return this.#last((recordedMs) => recordedMs <= timeMs);
  }

  /** The newest row recorded before a time. 0: no row was recorded before it. `undefined`: that row was pruned. */
  lastBefore(timeMs: number): number | undefined {
    return this.#last((recordedMs) => recordedMs < timeMs);
  }

  /** When a row was recorded; 0 when there is no such row. */
  recordedAt(revision: number): number {
    return revision === this.revision ? this.recordedMs : (this.#recordedAt.get(revision) ?? 0);
  }

  /**
   * The row after which a reader continues that last saw the row `revision`, recorded at `recordedMs`: that row. When the journal
   * has another row in its place, or none, an older backup was restored; then the newest row that was recorded no later.
   * @throws JournalError `before-retention` when rows were pruned that the reader cannot have seen
   */
  continueAfter(revision: number, recordedMs: number): number {
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
      `${what} is before the retention horizon: the journal was pruned through revision ${horizon.revision}, ` +
      `recorded at ${since}; use a later moment or a backup`;
    return new JournalError('before-retention', message, { horizon });
  }

  /** Binary search: recorded times never decrease with the revision. */
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
