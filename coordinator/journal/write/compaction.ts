/**
 * Prunes the oldest rows, a few at a time, in the writer's thread. A row that is still in effect at the new horizon stays, so that all
 * questions about later moments keep their answers. It is deleted when a later pruned row has replaced it.
 */

import type { Database, Statement } from 'better-sqlite3';
import type {
  AgentBody,
  CoordinatorBody,
  DaemonSetBody,
  DriftBody,
} from '../../../shared/journal-format/event-bodies.ts';
import type { Action } from '../../../shared/journal-format/events.ts';
import { ACTIONS, KINDS } from '../../../shared/journal-format/vocabulary.ts';
import { IS_DECISION, IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import type { ProjectedRow } from '../schema/projection.ts';
import { firstColumn, usedBytesOf } from '../schema/statements.ts';

export interface PruneStep {
  /** The new horizon. */
  readonly prunedThrough: number;
  /** Used bytes of the file. Freed bytes are reused before the file grows. */
  readonly usedBytes: number;
}

interface OldRow extends ProjectedRow {
  readonly recordedMs: number;
  readonly hash: Buffer;
}

const OLDEST = `
  SELECT seq, recorded_ms AS recordedMs, recorded_ms - lag_ms AS occurredMs, kind, action, node_id AS nodeId,
    daemon_set_id AS daemonSetId, verdict, cause_seq AS causeSeq, body, hash
  FROM event WHERE seq > (SELECT pruned_through FROM store) AND seq <= ? ORDER BY seq LIMIT ?`;

const OF_NODE = `DELETE FROM event INDEXED BY event_by_node WHERE ${IS_NOT_DECISION} AND node_id = ? AND seq < ?`;
const OF_DAEMON_SET = `DELETE FROM event INDEXED BY event_by_daemon_set
  WHERE daemon_set_id = ? AND ${isKind('daemon-set')} AND seq < ?`;

const OF_COORDINATOR = `DELETE FROM event INDEXED BY event_by_kind
  WHERE ${IS_NOT_DECISION} AND ${isKind('coordinator')} AND seq < ?`;

const STATEMENTS = {
  setHorizon: 'UPDATE store SET pruned_through = ?, pruned_hash = ?, pruned_ms = ?',
  row: 'DELETE FROM event WHERE seq = ?',
  decisions: `DELETE FROM event INDEXED BY event_by_pair
    WHERE ${IS_DECISION} AND daemon_set_id = ? AND node_id = ? AND seq < ?`,
  // An intent outlives its node: its outcome may still follow.
  everythingOfNode: `${OF_NODE} AND NOT ${isKind('write')}`,
  ofNode: `${OF_NODE} AND kind = ?`,
  seenBefore: `${OF_NODE} AND kind = ? AND action = ?
    AND coalesce(body ->> 'lastSeenMs', recorded_ms - lag_ms) <= ?`,
  drift: `${OF_NODE} AND ${isKind('drift')} AND daemon_set_id = ?
    AND body ->> 'kind' = ? AND body ->> 'podName' = ?`,
  ofDaemonSet: OF_DAEMON_SET,
  problemsOfDaemonSet: `${OF_DAEMON_SET} AND ${isAction('rejected', 'accepted')}`,
  coordinator: OF_COORDINATOR,
  problems: `${OF_COORDINATOR} AND ${isAction('problem')}`,
  endedDrifts: 'DELETE FROM drift_span WHERE to_seq <= ?',
  goneDaemonSets: 'DELETE FROM daemon_set_gone WHERE removed_seq <= ?',
} as const;

export class Compaction {
  readonly #run: Readonly<Record<keyof typeof STATEMENTS, Statement<unknown[]>>>;
  readonly #oldest: Statement<[number, number], OldRow>;
  readonly #usedBytes: Statement<[], number>;
  readonly #openWrite: Statement<[number], number>;
  readonly #prunedThrough: Statement<[], number>;
  readonly #step: (through: number, rowsMax: number) => void;

  constructor(database: Database) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#run = Object.fromEntries(prepared);
    this.#oldest = database.prepare(OLDEST);
    this.#usedBytes = usedBytesOf(database);
    this.#openWrite = database.prepare<[number], number>('SELECT seq FROM write_open WHERE seq = ?').pluck();
    this.#prunedThrough = firstColumn(database, 'SELECT pruned_through FROM store');
    const transaction = database.transaction((through: number, rowsMax: number) => this.#prune(through, rowsMax));
    this.#step = (through, rowsMax) => transaction.immediate(through, rowsMax);
  }

  /** Advances the horizon by up to `rowsMax` rows, at most to the row `through`, in one durable transaction. */
  step(through: number, rowsMax: number): PruneStep {
    this.#step(through, rowsMax);
    return { prunedThrough: this.#prunedThrough.get() ?? 0, usedBytes: this.#usedBytes.get() ?? 0 };
  }

  #prune(through: number, rowsMax: number): void {
    const rows = this.#oldest.all(through, rowsMax);
    const last = rows.at(-1);
    if (last === undefined) return;
    // First, because the database refuses to delete rows after the horizon.
    this.#run.setHorizon.run(last.seq, last.hash, last.recordedMs);
    for (const row of rows) if (!this.#replacesOlder(row)) this.#run.row.run(row.seq);
    this.#run.endedDrifts.run(last.seq);
    this.#run.goneDaemonSets.run(last.seq);
  }

  /** Deletes the rows that this row replaced; returns whether the row itself is in effect. Mirrors projection.ts. */
  #replacesOlder(row: OldRow): boolean {
    const { seq, nodeId, daemonSetId } = row;
    switch (KINDS.wordOf(row.kind)) {
      case 'decision':
        this.#run.decisions.run(daemonSetId, nodeId, seq);
        return row.verdict !== null;
      case 'node':
        if (actionOf(row) === 'removed') this.#run.everythingOfNode.run(nodeId, seq);
        else this.#run.ofNode.run(nodeId, seq, row.kind);
        return actionOf(row) !== 'removed';
      case 'daemon-set':
        return this.#replacesDaemonSet(row);
      case 'agent':
      case 'assignment':
        return this.#replacesAgent(row);
      case 'pod':
        this.#run.ofNode.run(nodeId, seq, row.kind);
        return true;
      case 'drift': {
        const { kind, podName } = JSON.parse(row.body ?? '') as DriftBody;
        this.#run.drift.run(nodeId, seq, daemonSetId, kind, podName);
        return actionOf(row) !== 'ended';
      }
      case 'coordinator':
        return this.#replacesCoordinator(row);
      case 'access':
        return false;
      case 'write':
        if (actionOf(row) === 'intended') return this.#openWrite.get(seq) !== undefined;
        this.#run.row.run(row.causeSeq);
        return false;
    }
  }

  #replacesCoordinator(row: OldRow): boolean {
    const action = actionOf(row);
    if (action === 'started') this.#run.coordinator.run(row.seq);
    if (action !== 'problem') return action === 'started';
    const { problems } = JSON.parse(row.body ?? '') as CoordinatorBody;
    if (problems !== undefined) this.#run.problems.run(row.seq);
    return problems !== undefined && problems.length > 0;
  }

  #replacesDaemonSet(row: OldRow): boolean {
    const action = actionOf(row);
    const isInForce =
      (action === 'added' || action === 'changed') && (JSON.parse(row.body ?? '') as DaemonSetBody).record;
    if (action === 'removed' || isInForce) this.#run.ofDaemonSet.run(row.daemonSetId, row.seq);
    else this.#run.problemsOfDaemonSet.run(row.daemonSetId, row.seq);
    return action !== 'removed';
  }

  /** Keeps the newest row of each action, and rows with a later `lastSeenMs`: agents can report late. */
  #replacesAgent(row: OldRow): boolean {
    const action = actionOf(row);
    const isAgent = KINDS.wordOf(row.kind) === 'agent';
    if (isAgent && action === 'refused') return false;
    const seenMs = isAgent ? (JSON.parse(row.body ?? '') as AgentBody).lastSeenMs : row.occurredMs;
    this.#run.seenBefore.run(row.nodeId, row.seq, row.kind, row.action, seenMs);
    return true;
  }
}

function actionOf({ action }: OldRow): Action {
  return ACTIONS.wordOf(action ?? 0);
}
