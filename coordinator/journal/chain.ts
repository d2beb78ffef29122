/** Reading rows of the record back, and checking the chain of hashes that binds them. */
import type { Database, Statement } from 'better-sqlite3';
import type { Row } from './row.ts';
import { rowHash } from './row.ts';

/** The columns of `event`, in the order of the table, names already resolved. */
export interface StoredRow {
  readonly seq: number;
  readonly row: Row;
  readonly hash: Buffer;
}

export type StoredValues = [
  seq: number,
  recordedMs: number,
  lagMs: number,
  kind: number,
  action: number | null,
  node: string | null,
  daemonSet: string | null,
  trigger: number,
  causeRevision: number,
  actor: string | null,
  engine: string | null,
  verdictBefore: number | null,
  verdict: number | null,
  body: string | null,
  hash: Buffer,
];

/** A SELECT without WHERE, of which `storedRow` reads the raw values. */
export const SELECT_ROWS = `
  SELECT seq, recorded_ms, lag_ms, kind, action, node.name,
    daemon_set.namespace || '/' || daemon_set.name, cause_trigger, cause_seq, actor.name, engine.version,
    verdict_before, verdict, body, hash
  FROM event
  LEFT JOIN node USING (node_id)
  LEFT JOIN daemon_set USING (daemon_set_id)
  LEFT JOIN actor USING (actor_id)
  LEFT JOIN engine USING (engine_id)`;

export function storedRow(values: StoredValues): StoredRow {
  return {
    seq: values[0],
    row: {
      recordedMs: values[1],
      occurredMs: values[1] - values[2],
      kind: values[3],
      action: values[4],
      node: values[5],
      daemonSet: values[6],
      trigger: values[7],
      causeRevision: values[8],
      actor: values[9],
      engine: values[10],
      verdictBefore: values[11],
      verdict: values[12],
      body: values[13],
    },
    hash: values[14],
  };
}

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
  readonly #after: Statement<[number, number], StoredValues>;
  readonly #hashAt: Statement<[number], Buffer>;
  readonly #start: Statement<[], [revision: number, hash: Buffer]>;

  constructor(database: Database) {
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

  /** The link at a row, taken on trust; the chain's start where the row is not there. */
  linkAt(revision: number): ChainLink {
    const hash = this.#hashAt.get(revision);
    return hash === undefined ? this.start() : { revision, hash };
  }

  /** Checks up to `rowsMax` rows after a link. */
  check(link: ChainLink, rowsMax: number): ChainCheck {
    let { revision, hash } = link;
    let checkedCount = 0;
    for (const values of this.#after.iterate(revision, rowsMax)) {
      const stored = storedRow(values);
      if (stored.seq !== revision + 1) return bad(stored.seq, `row ${revision + 1} is missing`);
      const expected = rowHash(hash, stored.seq, stored.row);
      if (!expected.equals(stored.hash)) return bad(stored.seq, 'the row or its hash was altered');
      revision = stored.seq;
      hash = stored.hash;
      checkedCount += 1;
    }
    return { checkedCount, link: { revision, hash }, bad: null };

    function bad(at: number, problem: string): ChainCheck {
      return { checkedCount, link: { revision, hash }, bad: { revision: at, problem } };
    }
  }
}
