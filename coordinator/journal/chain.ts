/** The chain of hashes that binds the rows of the record, and how it is checked. */
import type { Database, Statement } from 'better-sqlite3';
import { ChainHasher } from './chain-hasher.ts';
import { codeOf, messageOf } from './journal-error.ts';
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
  readonly #after: Statement<[number, number], StoredValues>;
  readonly #hashAt: Statement<[number], Buffer>;
  readonly #start: Statement<[], [revision: number, hash: Buffer]>;

  constructor(database: Database) {
    this.#rows = new StoredRows(database);
    this.#after = database.prepare(`${SELECT_ROWS} WHERE seq > ? ORDER BY seq LIMIT ?`).raw() as Statement<
      [number, number],
      StoredValues
    >;
    this.#hashAt = database.prepare('SELECT hash FROM event WHERE seq = ?').pluck() as Statement<[number], Buffer>;
    this.#start = database.prepare('SELECT pruned_through, pruned_hash FROM store').raw() as Statement<
      [],
      [number, Buffer]
    >;
  }

  /** Where the chain begins: before its first row, or at the last row that was pruned. */
  start(): ChainLink {
    const [revision, hash] = this.#start.get() ?? [0, Buffer.alloc(32)];
    return { revision, hash };
  }

  /** The link at a row, taken on trust; the chain's start where the row is not part of it any more. */
  linkAt(revision: number): ChainLink {
    const start = this.start();
    const hash = revision > start.revision ? this.#hashAt.get(revision) : undefined;
    return hash === undefined ? start : { revision, hash };
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
    for (const values of this.#after.iterate(revision, rowsMax)) {
      if (values[0] > through) break;
      const { seq, row } = this.#rows.rowOf(values);
      hasher.append(seq, row);
      revision = seq;
      checkedCount += 1;
    }
    return { checkedCount, link: { revision, hash: Buffer.from(hasher.head) } };
  }

  /** Checks up to `rowsMax` rows after a link. A row that cannot even be read is a bad one. */
  check(link: ChainLink, rowsMax: number): ChainCheck {
    const hasher = this.#hasher;
    hasher.startFrom(link.hash);
    let { revision, hash } = link;
    let checkedCount = 0;
    try {
      for (const values of this.#after.iterate(revision, rowsMax)) {
        const stored = this.#rows.rowOf(values);
        if (stored.seq !== revision + 1) return bad(stored.seq, `row ${revision + 1} is missing`);
        hasher.append(stored.seq, stored.row);
        if (!hasher.head.equals(stored.hash)) return bad(stored.seq, 'the row or its hash was altered');
        revision = stored.seq;
        hash = stored.hash;
        checkedCount += 1;
      }
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_CORRUPT')) throw error;
      return bad(revision + 1, `the row cannot be read: ${messageOf(error)}`);
    }
    return { checkedCount, link: { revision, hash }, bad: null };

    function bad(at: number, problem: string): ChainCheck {
      return { checkedCount, link: { revision, hash }, bad: { revision: at, problem } };
    }
  }
}
