/** Relates times to revisions, and reports which revisions the journal keeps. */
import type { Database } from 'better-sqlite3';
import type { RetentionHorizon } from '../base/journal-error.ts';
import { Horizon } from './horizon.ts';

export class MomentReader {
  readonly #horizon: Horizon;

  constructor(database: Database) {
    this.#horizon = new Horizon(database);
  }

  /** The newest row that was pruned, and when it was recorded. Revision 0: none was pruned. */
  horizon(): RetentionHorizon {
    const { revision, recordedMs } = this.#horizon;
    return { revision, recordedMs };
  }

  newestRevision(): number {
    return this.#horizon.newestRevision;
  }

  /**
   * The newest row recorded at or before a time; 0 before the first row.
   * @throws JournalError `before-retention` when that row was pruned
   */
  revisionAt(timeMs: number): number {
    const revision = this.#horizon.lastAt(timeMs);
    if (revision === undefined) throw this.#horizon.error(new Date(timeMs).toISOString());
    return revision;
  }

  /** The newest row recorded before a time; 0 when the journal keeps no such row. */
  newestOlderThan(timeMs: number): number {
    return this.#horizon.lastBefore(timeMs) ?? 0;
  }

  /** When a row was recorded; 0 when there is no such row. */
  recordedAt(revision: number): number {
    return this.#horizon.recordedAt(revision);
  }

  /** @throws JournalError for a revision that was pruned or is not recorded yet */
  assertRecorded(revision: number): void {
    this.#horizon.assertRecorded(revision);
  }

  /**
   * The row after which a reader continues that last saw the row `revision`, recorded at `recordedMs`. It is an earlier row when
   * an older backup was restored since.
   * @throws JournalError `before-retention` when rows were pruned that the reader cannot have seen
   */
  continueAfter(revision: number, recordedMs: number): number {
    return this.#horizon.continueAfter(revision, recordedMs);
  }
}
