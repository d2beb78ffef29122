/** The chain of hashes that binds the rows of the record, and how it is checked. */
import type { Database, Statement } from 'better-sqlite3';
import { ChainHasher } from '../../../shared/journal-format/chain-hasher.ts';
import { codeOf, messageOf } from '../journal-error.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

/** A place in the chain: the row up to which it is known, and that row's hash. */
export interface ChainLink {
  readonly revision: number;
  readonly hash: Uint8Array;
}

/** What a check of a stretch of the chain found. */
export interface ChainCheck {
  readonly checkedCount: number;
  /** The last good link: where the next stretch begins. */
  readonly link: ChainLink;
  /** The first row that does not fit; `null` when all do. */
  readonly bad: { readonly revision: number; readonly problem: string } | null;
}

export class ChainReader {
  readonly #hasher = new ChainHasher();
  readonly #rows: StoredRows;
  readonly #between: Statement<[number, number], StoredValues>;
  readonly #hashAt: Statement<[number], Buffer>;
  readonly #start: Statement<[], [revision: number, hash: Buffer]>;

  constructor(database: Database) {
    this.#rows = new StoredRows(database);
    this.#between = rawRows(database, `${SELECT_ROWS} WHERE seq > ? AND seq <= ? ORDER BY seq`);
    this.#hashAt = firstColumn(database, 'SELECT hash FROM event WHERE seq = ?');
    this.#start = rawRows(database, 'SELECT pruned_through, pruned_hash FROM store');
  }

  /** Where the chain begins: before its first row, or at the last row that was pruned. */
  start(): ChainLink {
    const [revision, hash] = this.#start.get() ?? [0, Buffer.alloc(32)];
    return { revision, hash };
  }

  /** Hexadecimal; `undefined` where the row is not there. */
  hashOf(revision: number): string | undefined {
    const start = this.start();
    const hash = revision === start.revision ? start.hash : this.#hashAt.get(revision);
    return hash && Buffer.from(hash).toString('hex');
  }

  /** A link over up to `rowsMax` rows after another, through a row, whatever hashes and gaps they have. */
  digest(link: ChainLink, through: number, rowsMax: number): Omit<ChainCheck, 'bad'> {
    const hasher = this.#hasher;
    hasher.startFrom(link.hash);
    let { revision } = link;
    let checkedCount = 0;
    for (const values of this.#between.iterate(revision, through)) {
      if (checkedCount === rowsMax) break;
      const { seq, row } = this.#rows.rowOf(values);
      hasher.append(seq, row);
      revision = seq;
      checkedCount += 1;
    }
    return { checkedCount, link: { revision, hash: Buffer.from(hasher.head) } };
  }

  /**
   * Checks the rows after one, whose own hash is taken on trust, and through another. Rows that were pruned are no part of it, also
   * those that are pruned meanwhile. A row that cannot even be read is a bad one.
   */
  check(after: number, through: number): ChainCheck {
    const check = this.#check(after, through);
    const horizon = this.start().revision;
    const isOvertaken = check.bad !== null && horizon > check.link.revision;
    return isOvertaken ? this.check(horizon, through) : check;
  }

  #check(after: number, through: number): ChainCheck {
    const hasher = this.#hasher;
    let link = this.start();
    let checkedCount = 0;
    try {
      if (after > link.revision) {
        const hash = this.#hashAt.get(after);
        if (hash === undefined) return bad(after, `row ${after} is missing`);
        link = { revision: after, hash };
      }
      hasher.startFrom(link.hash);
      for (const values of this.#between.iterate(link.revision, through)) {
        const { seq, row, hash } = this.#rows.rowOf(values);
        if (seq !== link.revision + 1) return bad(seq, `row ${link.revision + 1} is missing`);
        hasher.append(seq, row);
        if (!hasher.head.equals(hash)) return bad(seq, 'the row or its hash was altered');
        link = { revision: seq, hash };
        checkedCount += 1;
      }
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_CORRUPT')) throw error;
      return bad(link.revision + 1, `the row cannot be read: ${messageOf(error)}`);
    }
    if (link.revision >= through) return { checkedCount, link, bad: null };
    return bad(link.revision + 1, `row ${link.revision + 1} is missing`);

    function bad(revision: number, problem: string): ChainCheck {
      return { checkedCount, link, bad: { revision, problem } };
    }
  }
}
