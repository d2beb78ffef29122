/**
 * Translates a row of the journal into changes of the derived tables. It is pure, and both the writer and a rebuild use it, so that
 * their results cannot differ.
 */
import type {
  AgentBody,
  AssignmentBody,
  DaemonSetBody,
  DriftBody,
} from '../../../shared/journal-format/event-bodies.ts';
import type { Action } from '../../../shared/journal-format/events.ts';
import { ACTIONS, KINDS } from '../../../shared/journal-format/vocabulary.ts';

/** A row with names as IDs, and only the columns that the derived tables need. */
export interface ProjectedRow {
  readonly seq: number;
  readonly occurredMs: number;
  readonly kind: number;
  readonly action: number | null;
  readonly nodeId: number | null;
  readonly daemonSetId: number | null;
  readonly verdict: number | null;
  readonly causeSeq: number;
  readonly body: string | null;
}

/** The changes that rows can make. `seq` is the row that makes the change. */
export interface DerivedTables {
  setPlacement(nodeId: number, daemonSetId: number, verdict: number, seq: number, sinceMs: number): void;
  endPlacement(nodeId: number, daemonSetId: number): void;
  setNode(nodeId: number, seq: number, observedMs: number, body: string): void;
  endNode(nodeId: number): void;
  setDaemonSet(daemonSetId: number, seq: number, record: string, problems: string): void;
  setDaemonSetProblems(daemonSetId: number, problems: string): void;
  endDaemonSet(daemonSetId: number, seq: number): void;
  setAgentSeen(nodeId: number, lastSeenMs: number): void;
  setAgentInstance(nodeId: number, instanceId: string): void;
  setAgentPresent(nodeId: number, isPresent: boolean): void;
  setAcknowledged(nodeId: number, revision: number, digest: string, instanceId: string): void;
  endAgent(nodeId: number): void;
  setPods(nodeId: number, seq: number, observedMs: number, body: string): void;
  endPods(nodeId: number): void;
  setDrift(nodeId: number, daemonSetId: number, drift: DriftBody, seq: number): void;
  endDrift(nodeId: number, daemonSetId: number, drift: DriftBody, seq: number): void;
  endDrifts(nodeId: number, seq: number): void;
  openWrite(seq: number): void;
  settleWrite(seq: number): void;
}

export function project(row: ProjectedRow, tables: DerivedTables): void {
  const kind = KINDS.wordOf(row.kind);
  switch (kind) {
    case 'decision':
      return projectDecision(row, tables);
    case 'node':
      return projectNode(row, tables);
    case 'daemon-set':
      return projectDaemonSet(row, tables);
    case 'agent':
      return projectAgent(row, tables);
    case 'assignment':
      return projectAssignment(row, tables);
    case 'pod':
      return tables.setPods(present(row.nodeId), row.seq, row.occurredMs, present(row.body));
    case 'drift':
      return projectDrift(row, tables);
    case 'write':
      return actionOf(row) === 'intended' ? tables.openWrite(row.seq) : tables.settleWrite(row.causeSeq);
    case 'coordinator':
    case 'access':
      return;
  }
}

function projectDecision(row: ProjectedRow, tables: DerivedTables): void {
  const nodeId = present(row.nodeId);
  const daemonSetId = present(row.daemonSetId);
  if (row.verdict === null) tables.endPlacement(nodeId, daemonSetId);
  else tables.setPlacement(nodeId, daemonSetId, row.verdict, row.seq, row.occurredMs);
}

function projectNode(row: ProjectedRow, tables: DerivedTables): void {
  const nodeId = present(row.nodeId);
  if (actionOf(row) !== 'removed') return tables.setNode(nodeId, row.seq, row.occurredMs, present(row.body));
  tables.endNode(nodeId);
  tables.endPods(nodeId);
  tables.endDrifts(nodeId, row.seq);
  tables.endAgent(nodeId);
}

function projectDaemonSet(row: ProjectedRow, tables: DerivedTables): void {
  const daemonSetId = present(row.daemonSetId);
  const action = actionOf(row);
  if (action === 'removed') return tables.endDaemonSet(daemonSetId, row.seq);
  const { record, problems } = JSON.parse(present(row.body)) as DaemonSetBody;
  const isInForce = (action === 'added' || action === 'changed') && record !== null;
  if (isInForce) tables.setDaemonSet(daemonSetId, row.seq, JSON.stringify(record), JSON.stringify(problems));
  else tables.setDaemonSetProblems(daemonSetId, JSON.stringify(problems));
}

function projectAgent(row: ProjectedRow, tables: DerivedTables): void {
  const nodeId = present(row.nodeId);
  const action = actionOf(row);
  // A refused agent is not the agent of its node.
  if (action === 'refused') return;
  const { instanceId, lastSeenMs } = JSON.parse(present(row.body)) as AgentBody;
  tables.setAgentSeen(nodeId, lastSeenMs);
  if (action === 'connected') tables.setAgentInstance(nodeId, instanceId);
  if (action === 'connected' || action === 'absent') tables.setAgentPresent(nodeId, action === 'connected');
}

function projectAssignment(row: ProjectedRow, tables: DerivedTables): void {
  const nodeId = present(row.nodeId);
  const { assignmentRevision, digest, instanceId } = JSON.parse(present(row.body)) as AssignmentBody;
  tables.setAgentSeen(nodeId, row.occurredMs);
  if (actionOf(row) === 'acknowledged') tables.setAcknowledged(nodeId, assignmentRevision, digest, instanceId);
}

function projectDrift(row: ProjectedRow, tables: DerivedTables): void {
  const nodeId = present(row.nodeId);
  const daemonSetId = present(row.daemonSetId);
  const drift = JSON.parse(present(row.body)) as DriftBody;
  if (actionOf(row) === 'ended') tables.endDrift(nodeId, daemonSetId, drift, row.seq);
  else tables.setDrift(nodeId, daemonSetId, drift, row.seq);
}

function actionOf(row: ProjectedRow): Action {
  return ACTIONS.wordOf(present(row.action));
}

function present<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError('a row of the journal lacks a value that its kind requires');
  return value;
}
