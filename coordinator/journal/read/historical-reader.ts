/**
 * Reads the state of the cluster at a revision. There is no table for it: each part is in the newest row up to the revision, which an
 * index finds. All methods throw a JournalError for a revision that was pruned or is not recorded yet.
 */
import type { Database, Statement } from 'better-sqlite3';
import { completeFacts, completeRecord } from '../../../shared/journal-format/earlier-rows.ts';
import type { JournalEvent } from '../../../shared/journal-format/events.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import { VERDICTS } from '../../../shared/journal-format/vocabulary.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import { tooManyDaemonSets } from '../base/journal-error.ts';
import type { JournalLimits } from '../base/limits.ts';
import { IS_DECISION, IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { splitKey } from '../schema/name-tables.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { DaemonSetAt, DecisionInputs, NodeAt, PlacementAt, PodsAt } from './historical-state.ts';
import { Horizon } from './horizon.ts';
import type { EffectivePlacement } from './journal-state.ts';
import { NodeDecisions } from './node-decisions.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

/** Part of an answer about every node. `next`: where the next part starts; `null` after the last part. */
export interface Part<Value> {
  readonly values: readonly Value[];
  readonly next: number | null;
}

/** Names that may appear in the journal. */
export interface KnownNames {
  readonly node?: string | undefined;
  /** One DaemonSet, or all DaemonSets of a name. */
  readonly daemonSet?: DaemonSetKey | { readonly name: string } | undefined;
  readonly namespace?: string | undefined;
}

/** Nodes per part of an answer: about 5 ms of reading when each node has facts. */
const NODES_PER_PART = 250;
const PLACEMENTS_PER_PART = 2_000;
/** Maximum number of drifts in an answer. */
const DRIFTS_MAX = 100_000;

const NEWEST = 'ORDER BY seq DESC LIMIT 1';
const OF_NODE = `${SELECT_ROWS} INDEXED BY event_by_node WHERE ${IS_NOT_DECISION} AND node_id = ?`;
const OF_DAEMON_SET = `${SELECT_ROWS} INDEXED BY event_by_daemon_set
  WHERE daemon_set_id = ? AND ${isKind('daemon-set')}`;
export const ON_NODES = `
  WITH RECURSIVE on_node (node_id, count) AS (
    VALUES (:after, 0)
    UNION ALL
    SELECT (SELECT event.node_id FROM event INDEXED BY event_by_pair
      WHERE event.${IS_DECISION} AND event.daemon_set_id = :daemonSetId AND event.node_id > on_node.node_id
      ORDER BY event.node_id LIMIT 1), count + 1
    FROM on_node WHERE node_id IS NOT NULL AND count < :limit
  )
  SELECT on_node.node_id, node.name, event.seq, event.verdict, event.recorded_ms - event.lag_ms
  FROM on_node JOIN node USING (node_id)
  LEFT JOIN event ON event.seq = (SELECT seq FROM event INDEXED BY event_by_pair
    WHERE ${IS_DECISION} AND daemon_set_id = :daemonSetId AND node_id = on_node.node_id AND seq <= :revision ${NEWEST})
  WHERE on_node.count > 0`;

export type OnNode = [nodeId: number, node: string, seq: number | null, verdict: number | null, sinceMs: number | null];
export type OnNodes = { after: number; daemonSetId: number; limit: number; revision: number };

export class HistoricalReader {
  readonly #limits: JournalLimits;
  readonly #horizon: Horizon;
  readonly #rows: StoredRows;
  readonly #nodeId: Statement<[string], number>;
  readonly #daemonSetId: Statement<[string, string], number>;
  readonly #anyDaemonSet: Statement<(string | null)[], number>;
  readonly #decisions: NodeDecisions;
  readonly #nodesAfter: Statement<[number, number], [number, string]>;
  readonly #keys: Statement<[number], string>;
  readonly #daemonSetCount: Statement<[number], number>;
  readonly #decision: Statement<[number, number, number], StoredValues>;
  readonly #onNodes: Statement<[OnNodes], OnNode>;
  readonly #facts: Statement<[number, number], StoredValues>;
  readonly #pods: Statement<[number, number], StoredValues>;
  readonly #removal: Statement<[number, number, number], number>;
  readonly #newestOfDaemonSet: Statement<[number, number], StoredValues>;
  readonly #recordOfDaemonSet: Statement<[number, number], StoredValues>;
  readonly #drifts: Statement<[number, number, number, number], number>;

  constructor(database: Database, limits: JournalLimits) {
    this.#limits = limits;
    this.#horizon = new Horizon(database);
    this.#rows = new StoredRows(database);
    this.#nodeId = firstColumn(database, 'SELECT node_id FROM node WHERE name = ?');
    this.#daemonSetId = firstColumn(database, 'SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ?');
    this.#anyDaemonSet = firstColumn(
      database,
      'SELECT 1 FROM daemon_set WHERE (? IS NULL OR name = ?) AND (? IS NULL OR namespace = ?) LIMIT 1',
    );
    this.#decisions = new NodeDecisions(database);
    this.#nodesAfter = rawRows(database, 'SELECT node_id, name FROM node WHERE node_id > ? ORDER BY node_id LIMIT ?');
    this.#keys = firstColumn(
      database,
      "SELECT namespace || '/' || name FROM daemon_set ORDER BY namespace, name LIMIT ?",
    );
    this.#daemonSetCount = firstColumn(database, 'SELECT count(*) FROM (SELECT 1 FROM daemon_set LIMIT ?)');
    const ofPair = `INDEXED BY event_by_pair WHERE ${IS_DECISION} AND daemon_set_id = ? AND node_id = ? AND seq <= ?`;
    this.#decision = rawRows(database, `${SELECT_ROWS} ${ofPair} ${NEWEST}`);
    this.#onNodes = rawRows(database, ON_NODES);
    this.#facts = rawRows(database, `${OF_NODE} AND ${isKind('node')} AND seq <= ? ${NEWEST}`);
    this.#pods = rawRows(database, `${OF_NODE} AND ${isKind('pod')} AND seq <= ? ${NEWEST}`);
    this.#removal = firstColumn(
      database,
      `SELECT seq FROM event INDEXED BY event_by_node
       WHERE ${IS_NOT_DECISION} AND node_id = ? AND ${isKind('node')} AND ${isAction('removed')} AND seq > ? AND seq <= ? LIMIT 1`,
    );
    this.#newestOfDaemonSet = rawRows(database, `${OF_DAEMON_SET} AND seq <= ? ${NEWEST}`);
    const endsRecord = isAction('added', 'changed', 'removed');
    this.#recordOfDaemonSet = rawRows(database, `${OF_DAEMON_SET} AND seq <= ? AND ${endsRecord} ${NEWEST}`);
    this.#drifts = firstColumn(
      database,
      `SELECT from_seq FROM drift_span WHERE to_seq > ? AND from_seq <= ?
       UNION ALL SELECT from_seq FROM drift_now WHERE from_seq <= ? ORDER BY from_seq LIMIT ?`,
    );
  }

  /** Whether all of these names appear in the journal. */
  isKnown({ node, daemonSet, namespace }: KnownNames): boolean {
    if (node !== undefined && this.#nodeId.get(node) === undefined) return false;
    const [name, ofKey] =
      typeof daemonSet === 'string' ? splitKey(daemonSet) : [daemonSet?.name ?? null, namespace ?? null];
    return (name === null && ofKey === null) || this.#anyDaemonSet.get(name, name, ofKey, ofKey) !== undefined;
  }

  /** The placement of a pair and what it was decided from; `undefined` when the pair did not exist. */
  placementAt(node: string, daemonSet: DaemonSetKey, revision: number): PlacementAt | undefined {
    this.#horizon.assertRecorded(revision);
    const nodeId = this.#nodeId.get(node);
    const daemonSetId = this.#daemonSetId.get(...splitKey(daemonSet));
    if (nodeId === undefined || daemonSetId === undefined) return undefined;
    const decision = this.#event(this.#decision.get(daemonSetId, nodeId, revision));
    if (decision?.kind !== 'decision' || decision.to === null) return undefined;
    const { to: verdict, revision: effectiveRevision, occurredMs: sinceMs } = decision;
    const inputs = this.inputsAt(node, daemonSet, effectiveRevision);
    return { placement: { node, daemonSet, verdict, effectiveRevision, sinceMs }, decision, inputs };
  }

  /** What a decision recorded at a revision was made from. Works for kept rows before the horizon, too. */
  inputsAt(node: string, daemonSet: DaemonSetKey, revision: number): DecisionInputs {
    const nodeId = this.#nodeId.get(node);
    return {
      node: (nodeId === undefined ? undefined : this.#nodeAt(nodeId, revision)) ?? null,
      daemonSet: this.#daemonSetAt(daemonSet, revision) ?? null,
    };
  }

  placementsOfNodeAt(node: string, revision: number): readonly EffectivePlacement[] {
    this.#horizon.assertRecorded(revision);
    const nodeId = this.#nodeId.get(node);
    if (nodeId === undefined) return [];
    const limit = this.#limits.queryDaemonSetsMax;
    this.#refuseTooMany(limit);
    const placements: EffectivePlacement[] = [];
    for (const { daemonSet, verdict, seq, sinceMs } of this.#decisions.upTo(revision, nodeId, limit)) {
      if (verdict === null) continue;
      placements.push({ node, daemonSet, verdict: VERDICTS.wordOf(verdict), effectiveRevision: seq, sinceMs });
    }
    return placements;
  }

  placementsOfDaemonSetAt(daemonSet: DaemonSetKey, revision: number, after: number): Part<EffectivePlacement> {
    this.#horizon.assertRecorded(revision);
    const daemonSetId = this.#daemonSetId.get(...splitKey(daemonSet));
    if (daemonSetId === undefined) return { values: [], next: null };
    const limit = PLACEMENTS_PER_PART;
    const rows = this.#onNodes.all({ after, daemonSetId, limit, revision });
    const values = rows.flatMap(([, node, seq, verdict, sinceMs]) => {
      if (seq === null || verdict === null || sinceMs === null) return [];
      return [{ node, daemonSet, verdict: VERDICTS.wordOf(verdict), effectiveRevision: seq, sinceMs }];
    });
    return { values, next: rows.length < limit ? null : (rows.at(-1)?.[0] ?? null) };
  }

  nodeAt(node: string, revision: number): NodeAt | undefined {
    this.#horizon.assertRecorded(revision);
    const nodeId = this.#nodeId.get(node);
    return nodeId === undefined ? undefined : this.#nodeAt(nodeId, revision);
  }

  nodesAt(revision: number, after: number): Part<NodeAt> {
    this.#horizon.assertRecorded(revision);
    return this.#partOfNodes(after, (nodeId) => this.#nodeAt(nodeId, revision));
  }

  /** Includes DaemonSets without an accepted manifest. */
  daemonSetsAt(revision: number): DaemonSetAt[] {
    this.#horizon.assertRecorded(revision);
    const limit = this.#limits.queryDaemonSetsMax;
    this.#refuseTooMany(limit);
    const keys = this.#keys.all(limit);
    return keys.flatMap((key) => this.#daemonSetAt(key, revision) ?? []);
  }

  podsOfNodeAt(node: string, revision: number): PodsAt | undefined {
    this.#horizon.assertRecorded(revision);
    const nodeId = this.#nodeId.get(node);
    return nodeId === undefined ? undefined : this.#podsAt(nodeId, revision);
  }

  podsAt(revision: number, after: number): Part<PodsAt> {
    this.#horizon.assertRecorded(revision);
    return this.#partOfNodes(after, (nodeId) => this.#podsAt(nodeId, revision));
  }

  /** The revisions of the rows that began, or last changed, the drifts at a revision. */
  driftRevisionsAt(revision: number): number[] {
    this.#horizon.assertRecorded(revision);
    return this.#drifts.all(revision, revision, revision, DRIFTS_MAX);
  }

  /** Throws rather than truncate: a truncated answer would look complete. */
  #refuseTooMany(limit: number): void {
    if ((this.#daemonSetCount.get(limit + 1) ?? 0) > limit) throw tooManyDaemonSets(limit);
  }

  #partOfNodes<Value>(after: number, valueOf: (nodeId: number) => Value | undefined): Part<Value> {
    const nodes = this.#nodesAfter.all(after, NODES_PER_PART);
    const values = nodes.flatMap(([nodeId]) => valueOf(nodeId) ?? []);
    return { values, next: nodes.length < NODES_PER_PART ? null : (nodes.at(-1)?.[0] ?? null) };
  }

  #nodeAt(nodeId: number, revision: number): NodeAt | undefined {
    const event = this.#event(this.#facts.get(nodeId, revision));
    if (event?.kind !== 'node' || event.facts === null) return undefined;
    const { origin, source, occurredMs: observedMs, revision: effectiveRevision } = event;
    return { facts: completeFacts(event.facts), origin, source, observedMs, effectiveRevision };
  }

  #daemonSetAt(daemonSet: DaemonSetKey, revision: number): DaemonSetAt | undefined {
    const id = this.#daemonSetId.get(...splitKey(daemonSet));
    if (id === undefined) return undefined;
    const newest = this.#event(this.#newestOfDaemonSet.get(id, revision));
    if (newest?.kind !== 'daemon-set' || newest.action === 'removed') return undefined;
    const accepted = this.#event(this.#recordOfDaemonSet.get(id, revision));
    const { problems } = newest;
    if (accepted?.kind !== 'daemon-set' || accepted.record === null) {
      return { key: daemonSet, record: null, effectiveRevision: 0, problems };
    }
    return { key: daemonSet, record: completeRecord(accepted.record), effectiveRevision: accepted.revision, problems };
  }

  #podsAt(nodeId: number, revision: number): PodsAt | undefined {
    const event = this.#event(this.#pods.get(nodeId, revision));
    if (event?.kind !== 'pod') return undefined;
    // Removing a node also removes what its agent reported.
    if (this.#removal.get(nodeId, event.revision, revision) !== undefined) return undefined;
    const { node, pods, verifiedRevision, occurredMs: observedMs, revision: effectiveRevision } = event;
    return { node, pods, verifiedRevision, observedMs, effectiveRevision };
  }

  #event(values: StoredValues | undefined): JournalEvent | undefined {
    if (values === undefined) return undefined;
    const { seq, row } = this.#rows.rowOf(values);
    return decodeRow(seq, row);
  }
}
