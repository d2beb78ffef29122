/**
 * Checks the hash chain of a journal, without access to a database: rows in order (`ChainVerifier`), ranges that were checked in
 * parallel (`joinChecks`), and the digest of rows that a pruning kept (`ChainVerifier.digest`).
 */
import { ChainHasher } from './chain-hasher.ts';
import type { StoredRow } from './row.ts';

/** A position in the chain: the last row that was checked, and its hash of 32 bytes. */
export interface ChainLink {
  readonly revision: number;
  readonly hash: Uint8Array;
}

export interface BadRow {
  readonly revision: number;
  readonly problem: string;
}

/** The result of checking a range of the chain. */
export interface ChainCheck {
  readonly checkedCount: number;
  /** The last good row: the next range starts after it. */
  readonly link: ChainLink;
  /** The first row that does not fit; `null` when all rows fit. */
  readonly bad: BadRow | null;
}

/** Follows the chain from one row to the next. */
export class ChainVerifier {
  readonly #hasher = new ChainHasher();
  #link: ChainLink = { revision: 0, hash: Buffer.alloc(32) };
  #checkedCount = 0;

  /** Starts after a row whose hash is trusted. */
  startFrom(link: ChainLink): void {
    this.#hasher.startFrom(link.hash);
    this.#link = link;
    this.#checkedCount = 0;
  }

  /** Checks the next row; returns what is wrong with it, or `null`. */
  check({ seq, row, hash }: StoredRow): BadRow | null {
    const expected = this.#link.revision + 1;
    if (seq !== expected) return { revision: seq, problem: missing(expected) };
    this.#hasher.append(seq, row);
    if (!this.#hasher.head.equals(hash)) return { revision: seq, problem: 'the row or its hash was altered' };
    this.#link = { revision: seq, hash };
    this.#checkedCount += 1;
    return null;
  }

  /** The result so far, with the row that ended the check. */
  stopAt(bad: BadRow): ChainCheck {
    return { checkedCount: this.#checkedCount, link: this.#link, bad };
  }

  /** The result when the next row cannot be read. */
  stopAtUnreadable(problem: string): ChainCheck {
    return this.stopAt({ revision: this.#link.revision + 1, problem: `the row cannot be read: ${problem}` });
  }

  /** The result after the last row of a range that ends with the row `through`. */
  finish(through: number): ChainCheck {
    const next = this.#link.revision + 1;
    if (next <= through) return this.stopAt({ revision: next, problem: missing(next) });
    return { checkedCount: this.#checkedCount, link: this.#link, bad: null };
  }

  /** Hashes rows as if each followed the one before, whatever their numbers and hashes are. */
  digest(link: ChainLink, rows: Iterable<StoredRow>): Omit<ChainCheck, 'bad'> {
    this.#hasher.startFrom(link.hash);
    let { revision } = link;
    let checkedCount = 0;
    for (const { seq, row } of rows) {
      this.#hasher.append(seq, row);
      revision = seq;
      checkedCount += 1;
    }
    return { checkedCount, link: { revision, hash: Buffer.from(this.#hasher.head) } };
  }
}

/**
 * Joins the checks of consecutive ranges. Each range starts from the stored hash of the row before it, and the range that ends
 * with that row proves the hash; so ranges can be checked in any order. Ends at the first bad row or the first missing check.
 */
export function joinChecks(start: ChainLink, checks: readonly (ChainCheck | undefined)[]): ChainCheck {
  let joined: ChainCheck = { checkedCount: 0, link: start, bad: null };
  for (const check of checks) {
    if (check === undefined || joined.bad !== null) break;
    joined = { ...check, checkedCount: joined.checkedCount + check.checkedCount };
  }
  return joined;
}

function missing(revision: number): string {
  return `row ${revision} is missing`;
}
