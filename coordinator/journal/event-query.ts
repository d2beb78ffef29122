/**
 * Finds rows of the record by node, DaemonSet and kind, in order. Each filter is answered from
 * streams that an index already holds in order, so a page costs the same however long the record is.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { DaemonSetKey } from '../../shared/roll/model.ts';
import type { EventKind, JournalEvent } from './events.ts';
import type { JournalLimits } from './limits.ts';
import { splitKey } from './names.ts';
import { decodeRow } from './row.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';
import { KINDS, numberOf } from './vocabulary.ts';

const DECISION = numberOf(KINDS, 'decision');

export interface EventQuery {
  readonly node?: string | undefined;
  /** One DaemonSet, or every one of a name, whatever its namespace. */
  readonly daemonSet?: DaemonSetKey | { readonly name: string } | undefined;
  /** All kinds where it is not set. */
  readonly kinds?: readonly EventKind[] | undefined;
  /** Only rows before this one. */
  readonly beforeRevision?: number | undefined;
  /** Only rows after this one. */
  readonly afterRevision?: number | undefined;
  /** At most this many rows, and never more than the journal's `queryEventsMax`. */
  readonly limit: number;
  /** Else the newest come first. */
  readonly oldestFirst?: boolean | undefined;
}

/** Conditions that one index answers in order. */
interface Stream {
  readonly index: 'event_by_node' | 'event_by_daemon_set' | 'event_by_kind' | 'none';
  readonly where: string;
  readonly values: readonly number[];
}

/** The index is named because without statistics SQLite may prefer to walk through the whole record. */
export function pageSql({ index, where }: Pick<Stream, 'index' | 'where'>, oldestFirst: boolean): string {
  const table = index === 'none' ? 'event NOT INDEXED' : `event INDEXED BY ${index}`;
  const order = oldestFirst ? 'ASC' : 'DESC';
  return `SELECT seq FROM ${table} WHERE ${where} AND seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?`;
}

export class EventFinder {
  readonly #database: Database;
  readonly #limits: JournalLimits;
  readonly #rows: StoredRows;
  readonly #statements = new Map<string, Statement<unknown[], unknown>>();

  constructor(database: Database, limits: JournalLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#rows = new StoredRows(database);
  }

  find(query: EventQuery): JournalEvent[] {
    const limit = Math.min(Math.max(0, Math.trunc(query.limit)), this.#limits.queryEventsMax);
    const direction = query.oldestFirst === true ? 1 : -1;
    const seqs = this.#streams(query).flatMap((stream) => this.#seqs(stream, query, limit));
    return this.at(seqs.sort((left, right) => direction * (left - right)).slice(0, limit));
  }

  /** The rows of these revisions, in their order; those that are not there are left out. */
  at(revisions: readonly number[]): JournalEvent[] {
    const select = this.#prepare(`${SELECT_ROWS} WHERE seq = ?`).raw();
    const events: JournalEvent[] = [];
    for (const revision of revisions.slice(0, this.#limits.queryEventsMax)) {
      const values = select.get(revision) as StoredValues | undefined;
      if (values === undefined) continue;
      const stored = this.#rows.rowOf(values);
      events.push(decodeRow(stored.seq, stored.row));
    }
    return events;
  }

  #seqs(stream: Stream, query: EventQuery, limit: number): number[] {
    const sql = pageSql(stream, query.oldestFirst === true);
    const after = query.afterRevision ?? 0;
    const before = query.beforeRevision ?? Number.MAX_SAFE_INTEGER;
    return this.#prepare(sql)
      .pluck()
      .all(...stream.values, after, before, limit) as number[];
  }

  #streams(query: EventQuery): Stream[] {
    const kinds = (query.kinds ?? KINDS).map((kind) => numberOf(KINDS, kind));
    const daemonSetIds = query.daemonSet === undefined ? undefined : this.#daemonSetIds(query.daemonSet);
    if (query.node !== undefined) {
      const nodeId = this.#prepare('SELECT node_id FROM node WHERE name = ?').pluck().get(query.node);
      return nodeId === undefined ? [] : kinds.flatMap((kind) => nodeStreams(nodeId as number, kind, daemonSetIds));
    }
    if (daemonSetIds !== undefined) return daemonSetIds.flatMap((id) => kinds.map((kind) => daemonSetStream(id, kind)));
    return query.kinds === undefined ? [{ index: 'none', where: 'true', values: [] }] : kinds.map(kindStream);
  }

  #daemonSetIds(daemonSet: DaemonSetKey | { readonly name: string }): number[] {
    const limit = this.#limits.queryDaemonSetsMax;
    if (typeof daemonSet !== 'string') {
      const byName = this.#prepare('SELECT daemon_set_id FROM daemon_set WHERE name = ? ORDER BY namespace LIMIT ?');
      return byName.pluck().all(daemonSet.name, limit) as number[];
    }
    const byKey = this.#prepare('SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ? LIMIT ?');
    return byKey.pluck().all(...splitKey(daemonSet), limit) as number[];
  }

  #prepare(sql: string): Statement<unknown[], unknown> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function nodeStreams(nodeId: number, kind: number, daemonSetIds: readonly number[] | undefined): Stream[] {
  const index = 'event_by_node';
  const where = 'node_id = ? AND kind = ?';
  if (daemonSetIds === undefined) return [{ index, where, values: [nodeId, kind] }];
  return daemonSetIds.map((id) => ({ index, where: `${where} AND daemon_set_id = ?`, values: [nodeId, kind, id] }));
}

function daemonSetStream(daemonSetId: number, kind: number): Stream {
  return { index: 'event_by_daemon_set', where: 'daemon_set_id = ? AND kind = ?', values: [daemonSetId, kind] };
}

/** Decisions are most of the record and not in the index; SQLite uses it only where its own condition is repeated. */
function kindStream(kind: number): Stream {
  if (kind === DECISION) return { index: 'none', where: 'kind = ?', values: [kind] };
  return { index: 'event_by_kind', where: 'kind = ? AND kind <> 1', values: [kind] };
}
