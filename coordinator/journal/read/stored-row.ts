/** Reads rows from the database in the form from which they were written. */
import type { Database } from 'better-sqlite3';
import type { Row, StoredRow } from '../../../shared/journal-format/row.ts';
import { NamesById } from '../schema/name-tables.ts';

/** A raw row of `SELECT_ROWS`. */
export type StoredValues = [
  seq: number,
  recordedMs: number,
  lagMs: number,
  kind: number,
  action: number | null,
  nodeId: number | null,
  daemonSetId: number | null,
  trigger: number,
  causeRevision: number,
  actorId: number | null,
  engineId: number | null,
  verdictBefore: number | null,
  verdict: number | null,
  body: string | null,
  hash: Buffer,
];

/** A SELECT without a WHERE clause, for `StoredRows`. */
export const SELECT_ROWS = `
  SELECT seq, recorded_ms, lag_ms, kind, action, node_id, daemon_set_id, cause_trigger, cause_seq, actor_id,
    engine_id, verdict_before, verdict, body, hash
  FROM event`;

export class StoredRows {
  readonly #names: NamesById;

  constructor(database: Database) {
    this.#names = new NamesById(database);
  }

  rowOf(values: StoredValues): StoredRow {
    const [seq, recordedMs, lagMs, kind, action, nodeId, daemonSetId, trigger, causeRevision] = values;
    const row: Row = {
      recordedMs,
      occurredMs: recordedMs - lagMs,
      kind,
      action,
      node: this.#names.nodes.nameOf(nodeId),
      daemonSet: this.#names.daemonSets.nameOf(daemonSetId),
      trigger,
      causeRevision,
      actor: this.#names.actors.nameOf(values[9]),
      engine: this.#names.engines.nameOf(values[10]),
      verdictBefore: values[11],
      verdict: values[12],
      body: values[13],
    };
    return { seq, row, hash: values[14] };
  }
}
