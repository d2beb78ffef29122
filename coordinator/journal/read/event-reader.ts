/**
 * Finds rows of the record in order. Node, DaemonSet, namespace, kind and cause are answered from streams that an index
 * holds in order (event-streams.ts); what no index knows is looked up row by row, a bounded number at a time.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { EventKind, JournalEvent, RetentionSeal, Trigger } from '../../../shared/journal-format/events.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import { TRIGGERS } from '../../../shared/journal-format/vocabulary.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import type { JournalLimits } from '../limits.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { Bounds, Stream } from './event-streams.ts';
import { EventStreams, TRIGGER_INDEX } from './event-streams.ts';
import { Horizon } from './horizon.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

export interface EventQuery {
  readonly node?: string | undefined;
  /** One DaemonSet, or every one of a name, whatever its namespace. */
  readonly daemonSet?: DaemonSetKey | { readonly name: string } | undefined;
  /** Only rows about DaemonSets of this namespace. */
  readonly namespace?: string | undefined;
  /** All kinds where it is not set. */
  readonly kinds?: readonly EventKind[] | undefined;
  /** Only rows with one of these triggers. */
  readonly triggers?: readonly Trigger[] | undefined;
  /** Only rows whose cause names exactly this actor. */
  readonly actor?: string | undefined;
  /** Only rows that this one led to. */
  readonly causeRevision?: number | undefined;
  /** Only rows recorded at this time or later. */
  readonly sinceMs?: number | undefined;
  /** Only rows recorded before this time. */
  readonly untilMs?: number | undefined;
  /** Only rows before this one; newest first, none at all where all of them were pruned. */
  readonly beforeRevision?: number | undefined;
  /** Only rows after this one. */
  readonly afterRevision?: number | undefined;
  /** At most this many rows, and never more than the journal's `queryEventsMax`. */
  readonly limit: number;
  /** Else the newest come first. */
  readonly oldestFirst?: boolean | undefined;
}

/** A page of the record. Pages do not shift when new rows arrive. */
export interface EventPage {
  readonly events: readonly JournalEvent[];
  /**
   * Where the next page begins: its `afterRevision` if the oldest come first, else its `beforeRevision`. `null`: there is
   * no more. A page can be short, or empty, and still not be the last one: looking took its time.
   */
  readonly continueAt: number | null;
  /** Rows up to this one were pruned, and the question reaches back to them; 0: it does not. */
  readonly prunedThrough: number;
}

interface Found {
  readonly found: readonly number[];
  readonly continueAt: number | null;
}

export class EventReader {
  readonly #limits: JournalLimits;
  readonly #rows: StoredRows;
  readonly #streams: EventStreams;
  readonly #horizon: Horizon;
  readonly #at: Statement<[number], StoredValues>;
  readonly #causeAt: Statement<[number], [trigger: number, actor: string | null]>;
  readonly #newestSeal: Statement<[], number>;

  constructor(database: Database, limits: JournalLimits) {
    this.#limits = limits;
    this.#rows = new StoredRows(database);
    this.#streams = new EventStreams(database, limits);
    this.#horizon = new Horizon(database);
    this.#at = rawRows(database, `${SELECT_ROWS} WHERE seq = ?`);
    this.#causeAt = rawRows(
      database,
      'SELECT cause_trigger, actor.name FROM event LEFT JOIN actor USING (actor_id) WHERE seq = ?',
    );
    const isSeal = `${IS_NOT_DECISION} AND ${isKind('coordinator')} AND ${isAction('pruned')}`;
    this.#newestSeal = firstColumn(
      database,
      `SELECT seq FROM event INDEXED BY event_by_kind WHERE ${isSeal} ORDER BY seq DESC LIMIT 1`,
    );
  }

  page(query: EventQuery): EventPage {
    const limit = Math.min(Math.max(0, Math.trunc(query.limit)), this.#limits.queryEventsMax);
    const bounds = this.#bounds(query);
    const streams = this.#streams.of(query);
    const { triggers, actor } = query;
    const isTriggerKnown = triggers === undefined || streams.every(({ index }) => index === TRIGGER_INDEX);
    const isInOrder = isTriggerKnown && actor === undefined;
    const revisions = isInOrder ? this.#take(streams, bounds, limit) : this.#lookUp(streams, bounds, limit, query);
    const reachesHorizon = revisions.continueAt === null && !bounds.isOldestFirst;
    const prunedThrough = reachesHorizon && bounds.after === this.#horizon.revision ? bounds.after : 0;
    return { events: this.at(revisions.found), continueAt: revisions.continueAt, prunedThrough };
  }

  /** The rows of these revisions, in their order; those that are not there are left out. */
  at(revisions: readonly number[]): JournalEvent[] {
    const events: JournalEvent[] = [];
    for (const revision of revisions.slice(0, this.#limits.queryEventsMax)) {
      const values = this.#at.get(revision);
      if (values === undefined) continue;
      const stored = this.#rows.rowOf(values);
      events.push(decodeRow(stored.seq, stored.row));
    }
    return events;
  }

  /** What vouches for the rows before the horizon; `undefined` in a journal that was never pruned. */
  newestSeal(): RetentionSeal | undefined {
    const revision = this.#newestSeal.get();
    const [event] = revision === undefined ? [] : this.at([revision]);
    return event?.kind === 'coordinator' ? event.seal : undefined;
  }

  #bounds(query: EventQuery): Bounds {
    const horizon = this.#horizon;
    const asked = query.afterRevision ?? 0;
    // Whoever goes on from a row that was pruned has missed some, and must be told.
    if (asked > 0) horizon.refuseBefore(asked);
    const isOldestFirst = query.oldestFirst === true;
    // Whoever goes on back from a row has seen all that is kept: what went meanwhile ends the list as it would have ended anyway.
    const goesBack = !isOldestFirst && query.beforeRevision !== undefined;
    const since = query.sinceMs === undefined ? 0 : (horizon.lastBefore(query.sinceMs) ?? horizon.revision);
    let before = query.beforeRevision ?? Number.MAX_SAFE_INTEGER;
    if (!goesBack && before > 1) horizon.refuseBefore(before - 1);
    if (query.untilMs !== undefined) {
      const last = horizon.lastBefore(query.untilMs);
      if (last === undefined && !goesBack) {
        throw horizon.error(`what was recorded before ${new Date(query.untilMs).toISOString()}`);
      }
      before = Math.min(before, (last ?? horizon.revision) + 1);
    }
    return { after: Math.max(asked, since, horizon.revision), before, isOldestFirst };
  }

  #take(streams: readonly Stream[], bounds: Bounds, limit: number): Found {
    const found = this.#streams.merge(streams, bounds, limit);
    return { found, continueAt: found.length < limit ? null : (found.at(-1) ?? null) };
  }

  /** Looks at a bounded number of rows, and says where it stopped. */
  #lookUp(streams: readonly Stream[], bounds: Bounds, limit: number, { triggers, actor }: EventQuery): Found {
    const wanted = triggers?.map((trigger) => TRIGGERS.numberOf(trigger));
    const candidates = this.#streams.merge(streams, bounds, this.#limits.lookUpRowsMax);
    const found: number[] = [];
    for (const candidate of candidates) {
      if (found.length === limit) return { found, continueAt: found.at(-1) ?? null };
      const [trigger = 0, name = null] = this.#causeAt.get(candidate) ?? [];
      const isWanted = (wanted?.includes(trigger) ?? true) && (actor === undefined || actor === name);
      if (isWanted) found.push(candidate);
    }
    const isEnd = candidates.length < this.#limits.lookUpRowsMax;
    return { found, continueAt: isEnd ? null : (candidates.at(-1) ?? null) };
  }
}
