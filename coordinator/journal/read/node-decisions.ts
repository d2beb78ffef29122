/**
 * Reads the newest decision of every pair of a node up to a revision, in the reader's thread. Most current placements were already in
 * effect at that revision, so their table is read first, and only the other pairs are looked up in the rows.
 */
import type { Database, Statement } from 'better-sqlite3';
import { IS_DECISION } from '../schema/conditions.ts';
import { NamesById } from '../schema/name-tables.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';

type Effective = [daemonSetId: number, verdict: number, seq: number, sinceMs: number];
type Decided = [verdict: number | null, seq: number, sinceMs: number];

export interface NewestDecision {
  readonly daemonSet: string;
  /** `null`: the pair ended. */
  readonly verdict: number | null;
  readonly seq: number;
  readonly sinceMs: number;
}

export class NodeDecisions {
  readonly #names: NamesById;
  readonly #daemonSetIds: Statement<[number], number>;
  readonly #effective: Statement<[number, number], Effective>;
  readonly #decided: Statement<[number, number, number], Decided>;

  constructor(database: Database) {
    this.#names = new NamesById(database);
    this.#daemonSetIds = firstColumn(database, 'SELECT daemon_set_id FROM daemon_set ORDER BY daemon_set_id LIMIT ?');
    this.#effective = rawRows(
      database,
      `SELECT daemon_set_id, verdict, from_seq, since_ms FROM daemon_set CROSS JOIN placement USING (daemon_set_id)
       WHERE node_id = ? AND from_seq <= ?`,
    );
    this.#decided = rawRows(
      database,
      `SELECT verdict, seq, recorded_ms - lag_ms FROM event INDEXED BY event_by_pair
       WHERE ${IS_DECISION} AND daemon_set_id = ? AND node_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1`,
    );
  }

  /** `daemonSetsMax`: the maximum number of DaemonSets to examine. */
  upTo(revision: number, nodeId: number, daemonSetsMax: number): NewestDecision[] {
    const effective = new Map(this.#effective.all(nodeId, revision).map((row) => [row[0], row]));
    return this.#daemonSetIds.all(daemonSetsMax).flatMap((id) => {
      const daemonSet = this.#names.daemonSets.nameOf(id) ?? '';
      const known = effective.get(id);
      if (known !== undefined) {
        const [, verdict, seq, sinceMs] = known;
        return [{ daemonSet, verdict, seq, sinceMs }];
      }
      const decided = this.#decided.get(id, nodeId, revision);
      if (decided === undefined) return [];
      const [verdict, seq, sinceMs] = decided;
      return [{ daemonSet, verdict, seq, sinceMs }];
    });
  }
}
