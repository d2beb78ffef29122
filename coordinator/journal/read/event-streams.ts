/**
 * Streams of events in order of revision. A filtered page merges streams that each come from an index, so that a page costs the same
 * whatever the length of the journal.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { EventKind } from '../../../shared/journal-format/events.ts';
import { DAEMON_SET_KINDS, KINDS, NODE_KINDS, TRIGGERS } from '../../../shared/journal-format/vocabulary.ts';
import { tooManyDaemonSets } from '../base/journal-error.ts';
import type { JournalLimits } from '../base/limits.ts';
import { HAS_INDEXED_TRIGGER, IS_DECISION, IS_NOT_DECISION, UNINDEXED_TRIGGER_MAX } from '../schema/conditions.ts';
import { splitKey } from '../schema/name-tables.ts';
import type { EventQuery } from './event-query.ts';

export const TRIGGER_INDEX = 'event_by_trigger';
const IS_OF_DAEMON_SETS = 'daemon_set_id IN (SELECT value FROM json_each(?))';
/** Rows read from each stream at a time: fewer cost more queries, more read rows that are discarded. */
const BATCH_MIN = 8;

/** Conditions whose rows one index yields in order. */
export interface Stream {
  readonly index: string;
  readonly where: string;
  readonly values: readonly (number | string)[];
}

/** The range of rows, both bounds exclusive. */
export interface Bounds {
  readonly after: number;
  readonly before: number;
  readonly isOldestFirst: boolean;
}

/** Names the index, because without statistics SQLite may scan the whole table instead. */
export function streamSql({ index, where }: Pick<Stream, 'index' | 'where'>, isOldestFirst: boolean): string {
  const table = index === 'none' ? 'event NOT INDEXED' : `event INDEXED BY ${index}`;
  const order = isOldestFirst ? 'ASC' : 'DESC';
  return `SELECT seq FROM ${table} WHERE ${where} AND seq > ? AND seq < ? ORDER BY seq ${order} LIMIT ?`;
}

export class EventStreams {
  readonly #database: Database;
  readonly #limits: JournalLimits;
  readonly #statements = new Map<string, Statement<unknown[], number>>();

  constructor(database: Database, limits: JournalLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  /** Streams that together contain the rows of the query, each row once. */
  of(query: EventQuery): Stream[] {
    const isOf = (kind: EventKind) => query.kinds === undefined || query.kinds.includes(kind);
    const { causeRevision } = query;
    const daemonSetIds = this.#daemonSetIds(query);
    if (query.node !== undefined) {
      const nodeId = this.#prepare('SELECT node_id FROM node WHERE name = ?').get(query.node);
      if (nodeId === undefined) return [];
      const streams = this.#nodeStreams(nodeId, NODE_KINDS.filter(isOf), daemonSetIds);
      return causeRevision === undefined ? streams : streams.map((stream) => causedBy(causeRevision, stream));
    }
    if (daemonSetIds?.length === 0 || query.kinds?.length === 0) return [];
    if (causeRevision !== undefined) return [causeStream(causeRevision, KINDS.words.filter(isOf), daemonSetIds)];
    if (daemonSetIds !== undefined) {
      const kinds = DAEMON_SET_KINDS.filter(isOf);
      return daemonSetIds.flatMap((id) => kinds.map((kind) => daemonSetStream(id, kind)));
    }
    if (query.kinds !== undefined) return KINDS.words.filter(isOf).map(kindStream);
    const triggers = query.triggers?.map((trigger) => TRIGGERS.numberOf(trigger));
    if (triggers?.every((trigger) => trigger > UNINDEXED_TRIGGER_MAX) === true) return triggers.map(triggerStream);
    return [{ index: 'none', where: 'true', values: [] }];
  }

  /** The first `limit` rows of all streams, in order. */
  merge(streams: readonly Stream[], bounds: Bounds, limit: number): number[] {
    if (limit === 0) return [];
    const direction = bounds.isOldestFirst ? 1 : -1;
    const inOrder = (left: number, right: number) => direction * (left - right);
    let batch = streams.length === 1 ? limit : Math.max(BATCH_MIN, Math.ceil((2 * limit) / streams.length));
    let found: number[] = [];
    let unfinished = streams.map((stream) => ({ stream, bounds }));
    while (unfinished.length > 0) {
      const next: { stream: Stream; bounds: Bounds }[] = [];
      for (const { stream, bounds: from } of unfinished) {
        const seqs = this.#seqs(stream, from, batch);
        const last = seqs.at(-1);
        for (const seq of seqs) found.push(seq);
        if (last === undefined || seqs.length < batch) continue;
        next.push({ stream, bounds: bounds.isOldestFirst ? { ...from, after: last } : { ...from, before: last } });
      }
      found = found.sort(inOrder).slice(0, limit);
      // A stream that is past the last row of the page has nothing to add.
      const last = found.length < limit ? undefined : found.at(-1);
      unfinished = next.filter(({ bounds: { after, before, isOldestFirst } }) => {
        return last === undefined || (isOldestFirst ? after < last : before > last);
      });
      batch = Math.min(limit, 2 * batch);
    }
    return found;
  }

  #seqs({ index, where, values }: Stream, { after, before, isOldestFirst }: Bounds, limit: number): number[] {
    return this.#prepare(streamSql({ index, where }, isOldestFirst)).all(...values, after, before, limit);
  }

  #nodeStreams(nodeId: number, kinds: readonly EventKind[], daemonSetIds: readonly number[] | undefined) {
    return kinds.flatMap((kind): Stream[] => {
      if (kind === 'decision') {
        const ids = daemonSetIds ?? this.#allOf('SELECT daemon_set_id FROM daemon_set');
        const where = `${IS_DECISION} AND daemon_set_id = ? AND node_id = ?`;
        return ids.map((id) => ({ index: 'event_by_pair', where, values: [id, nodeId] }));
      }
      const where = `node_id = ? AND kind = ? AND ${IS_NOT_DECISION}`;
      const values = [nodeId, KINDS.numberOf(kind)];
      if (daemonSetIds === undefined) return [{ index: 'event_by_node', where, values }];
      if (!DAEMON_SET_KINDS.includes(kind)) return [];
      const ofDaemonSets = `${where} AND ${IS_OF_DAEMON_SETS}`;
      return [{ index: 'event_by_node', where: ofDaemonSets, values: [...values, JSON.stringify(daemonSetIds)] }];
    });
  }

  /** `undefined`: the query does not select DaemonSets. */
  #daemonSetIds({ daemonSet, namespace }: EventQuery): number[] | undefined {
    const all = 'SELECT daemon_set_id FROM daemon_set';
    if (daemonSet === undefined) {
      return namespace === undefined ? undefined : this.#allOf(`${all} WHERE namespace = ?`, namespace);
    }
    const [name, ofKey] = typeof daemonSet === 'string' ? splitKey(daemonSet) : [daemonSet.name, undefined];
    if (ofKey !== undefined && namespace !== undefined && ofKey !== namespace) return [];
    const inNamespace = ofKey ?? namespace;
    if (inNamespace === undefined) return this.#allOf(`${all} WHERE name = ?`, name);
    return this.#allOf(`${all} WHERE name = ? AND namespace = ?`, name, inNamespace);
  }

  /** Throws rather than truncate: a truncated answer would look complete. */
  #allOf(sql: string, ...values: string[]): number[] {
    const limit = this.#limits.queryDaemonSetsMax;
    const ids = this.#prepare(`${sql} LIMIT ?`).all(...values, limit + 1);
    if (ids.length > limit) throw tooManyDaemonSets(limit);
    return ids;
  }

  #prepare(sql: string): Statement<unknown[], number> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare<unknown[], number>(sql).pluck();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function daemonSetStream(daemonSetId: number, kind: EventKind): Stream {
  const values = [daemonSetId, KINDS.numberOf(kind)];
  return { index: 'event_by_daemon_set', where: 'daemon_set_id = ? AND kind = ?', values };
}

function triggerStream(trigger: number): Stream {
  return { index: TRIGGER_INDEX, where: `cause_trigger = ? AND ${HAS_INDEXED_TRIGGER}`, values: [trigger] };
}

/** A row rarely causes more than one row per node. Lists are bound as values, so that prepared statements can be reused. */
function causeStream(causeRevision: number, kinds: readonly EventKind[], daemonSetIds?: readonly number[]): Stream {
  const ofKinds = JSON.stringify(kinds.map((kind) => KINDS.numberOf(kind)));
  const where = 'cause_seq = ? AND cause_seq > 0 AND kind IN (SELECT value FROM json_each(?))';
  if (daemonSetIds === undefined) return { index: 'event_by_cause', where, values: [causeRevision, ofKinds] };
  const values = [causeRevision, ofKinds, JSON.stringify(daemonSetIds)];
  return { index: 'event_by_cause', where: `${where} AND ${IS_OF_DAEMON_SETS}`, values };
}

function causedBy(causeRevision: number, { index, where, values }: Stream): Stream {
  return { index, where: `${where} AND cause_seq = ?`, values: [...values, causeRevision] };
}

/** Decisions are most rows and not in the index. SQLite uses the index only for queries that repeat its condition. */
function kindStream(kind: EventKind): Stream {
  const values = [KINDS.numberOf(kind)];
  if (kind === 'decision') return { index: 'none', where: 'kind = ?', values };
  return { index: 'event_by_kind', where: `kind = ? AND ${IS_NOT_DECISION}`, values };
}
