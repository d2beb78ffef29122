/** Reads the journal's file as a whole: its size, a backup, its pages, and a rebuild of the derived tables to compare with. */
import type { Database } from 'better-sqlite3';
import { backUp } from '../schema/backup.ts';
import { RebuildCheck } from '../schema/rebuild.ts';
import { usedBytesOf } from '../schema/statements.ts';

export class ReaderFile {
  readonly #database: Database;
  #rebuild: RebuildCheck | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  usedBytes(): number {
    return usedBytesOf(this.#database).get() ?? 0;
  }

  backUp(target: string): void {
    backUp(this.#database, target);
  }

  /** Reads every page; returns the first problem, or `null`. */
  fileProblem(): string | null {
    const [first] = this.#database.pragma('integrity_check(1)') as { integrity_check: string }[];
    return first === undefined || first.integrity_check === 'ok' ? null : first.integrity_check;
  }

  /** Starts to compare the derived tables with a replay of all rows; returns the number of rows to replay. */
  beginRebuild(): number {
    this.#rebuild = new RebuildCheck(this.#database);
    return this.#rebuild.rowCount;
  }

  /** Replays some rows; returns their number, 0 at the end. */
  replayForRebuild(): number {
    return this.#rebuild?.step() ?? 0;
  }

  /** The names of the derived tables that differ. */
  endRebuild(): string[] {
    return this.#rebuild?.end() ?? [];
  }
}
