/**
 * Writes the derived tables in SQLite. Table names are deliberately unqualified: when temporary tables of the same names exist, the
 * same statements fill those (see rebuild.ts).
 */
import type { Database, Statement } from 'better-sqlite3';
import type { DriftBody } from '../../../shared/journal-format/event-bodies.ts';
import type { DerivedTables } from './projection.ts';

/** The tables that a replay of all rows fills. */
export const DERIVED_TABLES = [
  'placement',
  'node_now',
  'daemon_set_now',
  'daemon_set_gone',
  'agent_now',
  'pod_now',
  'drift_now',
  'drift_span',
  'write_open',
] as const;

const STATEMENTS = {
  setPlacement: `INSERT INTO placement (daemon_set_id, node_id, verdict, from_seq, since_ms) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET verdict = excluded.verdict, from_seq = excluded.from_seq, since_ms = excluded.since_ms`,
  endPlacement: 'DELETE FROM placement WHERE daemon_set_id = ? AND node_id = ?',
  setNode: `INSERT INTO node_now (node_id, from_seq, observed_ms, body) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET from_seq = excluded.from_seq, observed_ms = excluded.observed_ms, body = excluded.body`,
  endNode: 'DELETE FROM node_now WHERE node_id = ?',
  daemonSetGone: `INSERT OR REPLACE INTO daemon_set_gone (daemon_set_id, removed_seq)
    SELECT daemon_set_id, ? FROM daemon_set_now WHERE daemon_set_id = ? AND record IS NOT NULL`,
  daemonSetBack: 'DELETE FROM daemon_set_gone WHERE daemon_set_id = ?',
  setDaemonSet: `INSERT INTO daemon_set_now (daemon_set_id, from_seq, record, problems) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET from_seq = excluded.from_seq, record = excluded.record, problems = excluded.problems`,
  setDaemonSetProblems: `INSERT INTO daemon_set_now (daemon_set_id, from_seq, record, problems) VALUES (?, 0, NULL, ?)
    ON CONFLICT DO UPDATE SET problems = excluded.problems`,
  endDaemonSet: 'DELETE FROM daemon_set_now WHERE daemon_set_id = ?',
  setAgentSeen: `INSERT INTO agent_now (node_id, acknowledged_seq, digest, instance_id, last_seen_ms, is_present)
    VALUES (?, 0, '', '', ?, 0)
    ON CONFLICT DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`,
  setAgentInstance: 'UPDATE agent_now SET instance_id = ? WHERE node_id = ?',
  setAgentPresent: 'UPDATE agent_now SET is_present = ? WHERE node_id = ?',
  setAcknowledged: 'UPDATE agent_now SET acknowledged_seq = ?, digest = ?, instance_id = ? WHERE node_id = ?',
  endAgent: 'DELETE FROM agent_now WHERE node_id = ?',
  setPods: `INSERT INTO pod_now (node_id, from_seq, observed_ms, body) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET from_seq = excluded.from_seq, observed_ms = excluded.observed_ms, body = excluded.body`,
  endPods: 'DELETE FROM pod_now WHERE node_id = ?',
  closeDrift: `INSERT INTO drift_span (to_seq, from_seq)
    SELECT ?, from_seq FROM drift_now
    WHERE node_id = ? AND daemon_set_id = ? AND drift_kind = ? AND pod_name = ?`,
  closeDrifts: `INSERT INTO drift_span (to_seq, from_seq)
    SELECT ?, from_seq FROM drift_now WHERE node_id = ?`,
  setDrift: `INSERT INTO drift_now (node_id, daemon_set_id, drift_kind, pod_name, detail, since_ms, from_seq)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET detail = excluded.detail, since_ms = excluded.since_ms, from_seq = excluded.from_seq`,
  endDrift: 'DELETE FROM drift_now WHERE node_id = ? AND daemon_set_id = ? AND drift_kind = ? AND pod_name = ?',
  endDrifts: 'DELETE FROM drift_now WHERE node_id = ?',
  openWrite: 'INSERT INTO write_open (seq) VALUES (?)',
  settleWrite: 'DELETE FROM write_open WHERE seq = ?',
} as const;

export class SqlDerivedTables implements DerivedTables {
  readonly #run: Readonly<Record<keyof typeof STATEMENTS, Statement<unknown[]>>>;

  constructor(database: Database) {
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
    this.#run = Object.fromEntries(prepared);
  }

  setPlacement(nodeId: number, daemonSetId: number, verdict: number, seq: number, sinceMs: number): void {
    this.#run.setPlacement.run(daemonSetId, nodeId, verdict, seq, sinceMs);
  }

  endPlacement(nodeId: number, daemonSetId: number): void {
    this.#run.endPlacement.run(daemonSetId, nodeId);
  }

  setNode(nodeId: number, seq: number, observedMs: number, body: string): void {
    this.#run.setNode.run(nodeId, seq, observedMs, body);
  }

  endNode(nodeId: number): void {
    this.#run.endNode.run(nodeId);
  }

  setDaemonSet(daemonSetId: number, seq: number, record: string, problems: string): void {
    this.#run.daemonSetBack.run(daemonSetId);
    this.#run.setDaemonSet.run(daemonSetId, seq, record, problems);
  }

  setDaemonSetProblems(daemonSetId: number, problems: string): void {
    this.#run.setDaemonSetProblems.run(daemonSetId, problems);
  }

  endDaemonSet(daemonSetId: number, seq: number): void {
    this.#run.daemonSetGone.run(seq, daemonSetId);
    this.#run.endDaemonSet.run(daemonSetId);
  }

  setAgentSeen(nodeId: number, lastSeenMs: number): void {
    this.#run.setAgentSeen.run(nodeId, lastSeenMs);
  }

  setAgentInstance(nodeId: number, instanceId: string): void {
    this.#run.setAgentInstance.run(instanceId, nodeId);
  }

  setAgentPresent(nodeId: number, isPresent: boolean): void {
    this.#run.setAgentPresent.run(Number(isPresent), nodeId);
  }

  setAcknowledged(nodeId: number, revision: number, digest: string, instanceId: string): void {
    this.#run.setAcknowledged.run(revision, digest, instanceId, nodeId);
  }

  endAgent(nodeId: number): void {
    this.#run.endAgent.run(nodeId);
  }

  setPods(nodeId: number, seq: number, observedMs: number, body: string): void {
    this.#run.setPods.run(nodeId, seq, observedMs, body);
  }

  endPods(nodeId: number): void {
    this.#run.endPods.run(nodeId);
  }

  setDrift(nodeId: number, daemonSetId: number, drift: DriftBody, seq: number): void {
    this.#run.closeDrift.run(seq, nodeId, daemonSetId, drift.kind, drift.podName);
    this.#run.setDrift.run(nodeId, daemonSetId, drift.kind, drift.podName, drift.detail, drift.sinceMs, seq);
  }

  endDrift(nodeId: number, daemonSetId: number, drift: DriftBody, seq: number): void {
    this.#run.closeDrift.run(seq, nodeId, daemonSetId, drift.kind, drift.podName);
    this.#run.endDrift.run(nodeId, daemonSetId, drift.kind, drift.podName);
  }

  endDrifts(nodeId: number, seq: number): void {
    this.#run.closeDrifts.run(seq, nodeId);
    this.#run.endDrifts.run(nodeId);
  }

  openWrite(seq: number): void {
    this.#run.openWrite.run(seq);
  }

  settleWrite(seq: number): void {
    this.#run.settleWrite.run(seq);
  }
}
