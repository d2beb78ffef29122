/**
 * Finds events in order. Filters by node, DaemonSet, namespace, kind and cause read from indexes (event-streams.ts). Filters that no
 * index supports examine row by row, a bounded number of rows per page.
 */
import type { Database, Statement } from 'better-sqlite3';
import type { JournalEvent, RetentionSeal } from '../../../shared/journal-format/events.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import { TRIGGERS } from '../../../shared/journal-format/vocabulary.ts';
import type { JournalLimits } from '../base/limits.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { EventPage, EventQuery } from './event-query.ts';
import type { Bounds, Stream } from './event-streams.ts';
import { EventStreams, TRIGGER_INDEX } from './event-streams.ts';
import { Horizon } from './horizon.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

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

  eventPage(query: EventQuery): EventPage {
    const limit = Math.min(Math.max(0, Math.trunc(query.limit)), this.#limits.queryEventsMax);
    const bounds = this.#bounds(query);
    const streams = this.#streams.of(query);
    const { triggers, actor } = query;
    const isTriggerKnown = triggers === undefined || streams.every(({ index }) => index === TRIGGER_INDEX);
    const isInOrder = isTriggerKnown && actor === undefined;
    const revisions = isInOrder ? this.#take(streams, bounds, limit) : this.#examine(streams, bounds, limit, query);
    const reachesHorizon = revisions.continueAt === null && !bounds.isOldestFirst;
    const prunedThrough = reachesHorizon && bounds.after === this.#horizon.revision ? bounds.after : 0;
    return { events: this.eventsAt(revisions.found), continueAt: revisions.continueAt, prunedThrough };
  }

  /** The events of these revisions, in this order, without those that the journal does not have. */
  eventsAt(revisions: readonly number[]): JournalEvent[] {
    const events: JournalEvent[] = [];
    for (const revision of revisions.slice(0, this.#limits.queryEventsMax)) {
      const values = this.#at.get(revision);
      if (values === undefined) continue;
      const stored = this.#rows.rowOf(values);
      events.push(decodeRow(stored.seq, stored.row));
    }
    return events;
  }

  /** The newest seal of the rows before the horizon; `undefined` in a journal that was never pruned. */
  newestSeal(): RetentionSeal | undefined {
    const revision = this.#newestSeal.get();
    const [event] = revision === undefined ? [] : this.eventsAt([revision]);
    return event?.kind === 'coordinator' ? event.seal : undefined;
  }

  #bounds(query: EventQuery): Bounds {
    const horizon = this.#horizon;
    const afterRevision = query.afterRevision ?? 0;
    // A reader that continues from a pruned row has missed rows: it gets an error, not a gap.
    if (afterRevision > 0) horizon.refuseBefore(afterRevision);
    const isOldestFirst = query.oldestFirst === true;
    // A reader that pages back has seen all newer rows. What was pruned meanwhile ends its list, as the oldest row would have.
    const goesBack = !isOldestFirst && query.beforeRevision !== undefined;
    const since = query.sinceMs === undefined ? 0 : (horizon.lastBefore(query.sinceMs) ?? horizon.revision);
    let before = query.beforeRevision ?? Number.MAX_SAFE_INTEGER;
    if (!goesBack && before > 1) horizon.refuseBefore(before - 1);
    if (query.untilMs !== undefined) {
      const last = horizon.lastBefore(query.untilMs);
      if (last === undefined && !goesBack) {
        throw horizon.error(`the time before ${new Date(query.untilMs).toISOString()}`);
      }
      before = Math.min(before, (last ?? horizon.revision) + 1);
    }
    return { after: Math.max(afterRevision, since, horizon.revision), before, isOldestFirst };
  }

  #take(streams: readonly Stream[], bounds: Bounds, limit: number): Found {
    const found = this.#streams.merge(streams, bounds, limit);
    return { found, continueAt: found.length < limit ? null : (found.at(-1) ?? null) };
  }

  /** Examines a bounded number of rows, and returns where it stopped. */
  #examine(streams: readonly Stream[], bounds: Bounds, limit: number, { triggers, actor }: EventQuery): Found {
    const numbers = triggers?.map((trigger) => TRIGGERS.numberOf(trigger));
    const candidates = this.#streams.merge(streams, bounds, this.#limits.lookUpRowsMax);
    const found: number[] = [];
    for (const candidate of candidates) {
      if (found.length === limit) return { found, continueAt: found.at(-1) ?? null };
      const [trigger = 0, name = null] = this.#causeAt.get(candidate) ?? [];
      const isMatch = (numbers?.includes(trigger) ?? true) && (actor === undefined || actor === name);
      if (isMatch) found.push(candidate);
    }
    const isEnd = candidates.length < this.#limits.lookUpRowsMax;
    return { found, continueAt: isEnd ? null : (candidates.at(-1) ?? null) };
  }
}
