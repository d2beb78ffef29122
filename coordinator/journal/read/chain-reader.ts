/** Reads the hash chain from the database for the checks in shared/journal-format/chain.ts. */
import type { Database, Statement } from 'better-sqlite3';
import { type ChainCheck, type ChainLink, ChainVerifier } from '../../../shared/journal-format/chain.ts';
import { codeOf, messageOf } from '../base/journal-error.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import { SELECT_ROWS, StoredRows, type StoredValues } from './stored-row.ts';

export class ChainReader {
  readonly #verifier = new ChainVerifier();
  readonly #rows: StoredRows;
  readonly #between: Statement<[number, number], StoredValues>;
  readonly #firstBetween: Statement<[number, number, number], StoredValues>;
  readonly #hashAt: Statement<[number], Buffer>;
  readonly #start: Statement<[], [revision: number, hash: Buffer]>;

  constructor(database: Database) {
    this.#rows = new StoredRows(database);
    const between = `${SELECT_ROWS} WHERE seq > ? AND seq <= ? ORDER BY seq`;
    this.#between = rawRows(database, between);
    this.#firstBetween = rawRows(database, `${between} LIMIT ?`);
    this.#hashAt = firstColumn(database, 'SELECT hash FROM event WHERE seq = ?');
    this.#start = rawRows(database, 'SELECT pruned_through, pruned_hash FROM store');
  }

  /** Where the chain starts: before its first row, or at the last row that was pruned. */
  chainStart(): ChainLink {
    const [revision, hash] = this.#start.get() ?? [0, Buffer.alloc(32)];
    return { revision, hash };
  }

  /** Hexadecimal; `undefined` without that row. */
  hashAt(revision: number): string | undefined {
    const start = this.chainStart();
    const hash = revision === start.revision ? start.hash : this.#hashAt.get(revision);
    return hash && Buffer.from(hash).toString('hex');
  }

  /** Digests up to `rowsMax` rows after `link` and through a row. */
  digestKept(link: ChainLink, through: number, rowsMax: number): Omit<ChainCheck, 'bad'> {
    return this.#verifier.digest(link, this.#read(this.#firstBetween.iterate(link.revision, through, rowsMax)));
  }

  /**
   * Checks the rows after one, whose own hash is trusted, and through another. Pruned rows are not checked, and neither are rows
   * that are pruned during the check. A row that cannot be read is a bad row.
   */
  checkChain(after: number, through: number): ChainCheck {
    const check = this.#check(after, through);
    const horizon = this.chainStart().revision;
    const isOvertaken = check.bad !== null && horizon > check.link.revision;
    return isOvertaken ? this.checkChain(horizon, through) : check;
  }

  #check(after: number, through: number): ChainCheck {
    const verifier = this.#verifier;
    let link = this.chainStart();
    verifier.startFrom(link);
    try {
      if (after > link.revision) {
        const hash = this.#hashAt.get(after);
        if (hash === undefined) return verifier.stopAt({ revision: after, problem: `row ${after} is missing` });
        link = { revision: after, hash };
        verifier.startFrom(link);
      }
      for (const row of this.#read(this.#between.iterate(link.revision, through))) {
        const bad = verifier.check(row);
        if (bad !== null) return verifier.stopAt(bad);
      }
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_CORRUPT')) throw error;
      return verifier.stopAtUnreadable(messageOf(error));
    }
    return verifier.finish(through);
  }

  *#read(rows: Iterable<StoredValues>) {
    for (const values of rows) yield this.#rows.rowOf(values);
  }
}
