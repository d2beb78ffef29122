/**
 * Reads the current state, from which a starting coordinator continues. Placements, up to half a million, cross between threads as
 * columns of numbers.
 */

import type { Database } from 'better-sqlite3';
import { completeFacts, completeRecord, parseNodeBody } from '../../../shared/journal-format/earlier-rows.ts';
import type { DriftBody, PodBody, WriteBody } from '../../../shared/journal-format/event-bodies.ts';
import { TRIGGERS, VERDICTS } from '../../../shared/journal-format/vocabulary.ts';
import type { DaemonSetRecord } from '../../../shared/model/daemon-set-record.ts';
import type { Drift } from '../../../shared/model/drift.ts';
import type { JournalLimits } from '../base/limits.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import type {
  AgentState,
  DaemonSetState,
  EffectivePlacement,
  JournalState,
  NodeState,
  OpenIntent,
  PodState,
  RemovedDaemonSet,
} from './journal-state.ts';

export interface StoredState extends Omit<JournalState, 'placements'> {
  readonly placements: PlacementColumns;
}

interface PlacementColumns {
  /** Names by number; unused numbers are empty. */
  readonly nodes: readonly string[];
  readonly daemonSets: readonly string[];
  /** One entry per placement in each. */
  readonly nodeIds: Uint32Array;
  readonly daemonSetIds: Uint32Array;
  readonly verdicts: Uint8Array;
  readonly effectiveRevisions: Float64Array;
  readonly sinceMs: Float64Array;
}

/** Reads from the derived tables. */
export class CurrentStateReader {
  readonly #database: Database;
  readonly #limits: JournalLimits;

  constructor(database: Database, limits: JournalLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  state(): StoredState {
    return readState(this.#database, this.#limits);
  }
}

function readState(database: Database, limits: JournalLimits): StoredState {
  const nodes = readNames(database, 'SELECT node_id, name FROM node');
  const daemonSets = readNames(database, "SELECT daemon_set_id, namespace || '/' || name FROM daemon_set");
  const revision = database.prepare('SELECT coalesce(max(seq), (SELECT pruned_through FROM store)) FROM event').pluck();
  return {
    revision: revision.get() as number,
    engineVersion: readEngineVersion(database),
    nodes: readNodes(database),
    daemonSets: readDaemonSets(database, daemonSets),
    placements: { nodes, daemonSets, ...readPlacements(database) },
    removedDaemonSets: readRemoved(database, daemonSets, limits.removedDaemonSetsMax),
    agents: readAgents(database, nodes),
    pods: readPods(database, nodes),
    drifts: readDrifts(database, nodes, daemonSets),
    openIntents: readOpenIntents(database, nodes, daemonSets),
  };
}

/** Decodes a state after it crossed between threads. */
export function journalState(stored: StoredState): JournalState {
  return { ...stored, placements: placementsOf(stored.placements) };
}

function* placementsOf(columns: PlacementColumns): Generator<EffectivePlacement> {
  const { nodes, daemonSets, nodeIds, daemonSetIds, verdicts, effectiveRevisions, sinceMs } = columns;
  for (const [index, nodeId] of nodeIds.entries()) {
    yield {
      node: nodes[nodeId] ?? '',
      daemonSet: daemonSets[daemonSetIds[index] ?? 0] ?? '',
      verdict: VERDICTS.wordOf(verdicts[index] ?? 0),
      effectiveRevision: effectiveRevisions[index] ?? 0,
      sinceMs: sinceMs[index] ?? 0,
    };
  }
}

function readNames(database: Database, sql: string): string[] {
  const names: string[] = [''];
  for (const [id, name] of database.prepare<[], [number, string]>(sql).raw().iterate() as Iterable<[number, string]>) {
    names[id] = name;
  }
  return names;
}

function readPlacements(database: Database): Omit<PlacementColumns, 'nodes' | 'daemonSets'> {
  const count = database.prepare('SELECT count(*) FROM placement').pluck().get() as number;
  const nodeIds = new Uint32Array(count);
  const daemonSetIds = new Uint32Array(count);
  const verdicts = new Uint8Array(count);
  const effectiveRevisions = new Float64Array(count);
  const sinceMs = new Float64Array(count);
  const rows = database.prepare('SELECT node_id, daemon_set_id, verdict, from_seq, since_ms FROM placement').raw();
  let index = 0;
  for (const row of rows.iterate() as Iterable<[number, number, number, number, number]>) {
    [nodeIds[index], daemonSetIds[index], verdicts[index], effectiveRevisions[index], sinceMs[index]] = row;
    index += 1;
  }
  return { nodeIds, daemonSetIds, verdicts, effectiveRevisions, sinceMs };
}

/** The engine of the newest start. Each decision also records its own engine. */
function readEngineVersion(database: Database): string | null {
  const sql = `
    SELECT version FROM event INDEXED BY event_by_kind JOIN engine USING (engine_id)
    WHERE ${IS_NOT_DECISION} AND ${isKind('coordinator')} AND ${isAction('started')} ORDER BY seq DESC LIMIT 1`;
  return (database.prepare(sql).pluck().get() as string | undefined) ?? null;
}

function readNodes(database: Database): NodeState[] {
  const sql = 'SELECT from_seq AS effectiveRevision, observed_ms AS observedMs, body FROM node_now';
  const rows = database.prepare<[], { effectiveRevision: number; observedMs: number; body: string }>(sql).all();
  return rows.flatMap(({ effectiveRevision, observedMs, body }) => {
    const { facts, origin, source } = parseNodeBody(body);
    return facts === null ? [] : [{ facts: completeFacts(facts), origin, source, observedMs, effectiveRevision }];
  });
}

function readDaemonSets(database: Database, daemonSets: readonly string[]): DaemonSetState[] {
  const sql = 'SELECT daemon_set_id AS id, from_seq AS effectiveRevision, record, problems FROM daemon_set_now';
  const rows = database
    .prepare<[], { id: number; effectiveRevision: number; record: string | null; problems: string }>(sql)
    .all();
  return rows.map(({ id, effectiveRevision, record, problems }) => ({
    key: daemonSets[id] ?? '',
    record: record === null ? null : completeRecord(JSON.parse(record) as DaemonSetRecord),
    effectiveRevision,
    problems: JSON.parse(problems) as DaemonSetState['problems'],
  }));
}

function readRemoved(database: Database, daemonSets: readonly string[], removedMax: number): RemovedDaemonSet[] {
  const sql = `
    SELECT daemon_set_id AS id, removed_seq AS removedRevision FROM daemon_set_gone
    ORDER BY removed_seq DESC LIMIT ?`;
  const rows = database.prepare<[number], { id: number; removedRevision: number }>(sql).all(removedMax);
  return rows.map(({ id, removedRevision }) => ({ key: daemonSets[id] ?? '', removedRevision }));
}

function readAgents(database: Database, nodes: readonly string[]): AgentState[] {
  const sql = `
    SELECT node_id AS id, acknowledged_seq AS acknowledgedRevision, digest, instance_id AS instanceId,
      last_seen_ms AS lastSeenMs, is_present AS isPresent
    FROM agent_now`;
  const rows = database
    .prepare<[], Omit<AgentState, 'node' | 'isPresent'> & { id: number; isPresent: number }>(sql)
    .all();
  return rows.map(({ id, isPresent, ...agent }) => ({ node: nodes[id] ?? '', ...agent, isPresent: isPresent === 1 }));
}

function readPods(database: Database, nodes: readonly string[]): PodState[] {
  const sql = 'SELECT node_id AS id, observed_ms AS observedMs, body FROM pod_now';
  const rows = database.prepare<[], { id: number; observedMs: number; body: string }>(sql).all();
  return rows.map(({ id, observedMs, body }) => {
    const { pods, verifiedRevision } = JSON.parse(body) as PodBody;
    return { node: nodes[id] ?? '', pods, verifiedRevision, observedMs };
  });
}

function readDrifts(database: Database, nodes: readonly string[], daemonSets: readonly string[]): Drift[] {
  const sql = `
    SELECT node_id AS nodeId, daemon_set_id AS daemonSetId, drift_kind AS kind, pod_name AS podName, detail,
      since_ms AS sinceMs
    FROM drift_now`;
  const rows = database.prepare<[], DriftBody & { nodeId: number; daemonSetId: number }>(sql).all();
  return rows.map(({ nodeId, daemonSetId, ...drift }) => ({
    ...drift,
    node: nodes[nodeId] ?? '',
    daemonSet: daemonSets[daemonSetId] ?? '',
  }));
}

interface OpenIntentRow {
  readonly revision: number;
  readonly nodeId: number | null;
  readonly daemonSetId: number;
  readonly trigger: number;
  readonly causeRevision: number;
  readonly body: string;
}

function readOpenIntents(database: Database, nodes: readonly string[], daemonSets: readonly string[]): OpenIntent[] {
  const sql = `
    SELECT seq AS revision, node_id AS nodeId, daemon_set_id AS daemonSetId, cause_trigger AS trigger,
      cause_seq AS causeRevision, body
    FROM write_open JOIN event USING (seq) ORDER BY seq`;
  const rows = database.prepare<[], OpenIntentRow>(sql).all();
  return rows.map(({ revision, nodeId, daemonSetId, trigger, causeRevision, body }) => ({
    revision,
    node: nodes[nodeId ?? 0] ?? '',
    daemonSet: daemonSets[daemonSetId] ?? '',
    write: (JSON.parse(body) as WriteBody).write,
    cause: { trigger: TRIGGERS.wordOf(trigger), revision: causeRevision, actor: '' },
  }));
}
