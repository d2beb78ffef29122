/** Lists events, filtered. A page of a filter that rarely matches ends after a bounded search, and the next page continues. */
import { readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { pageSize } from '../../shared/answers/paging.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { ListEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { ListEventsResponse } from '../../shared/rpc/generated/rollcall/v1/ListEventsResponse.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import type { EventPage, EventQuery } from '../journal/read/event-query.ts';
import { EVENT_READS_MAX, EVENTS_PAGE_CHARACTERS_MAX } from '../limits.ts';
import { eventFilter } from './event-filter.ts';
import { eventsToWire } from './events-to-wire.ts';
import type { JournalPart } from './journal-reads.ts';
import { horizonToWire } from './journal-status-to-wire.ts';
import { refuseUnknown } from './known-names.ts';
import { requestTime } from './request-time.ts';

export interface EventListDependencies {
  readonly journal: JournalPart<'eventsAt' | 'eventPage', 'horizon' | 'isKnown'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export async function listEvents(
  request: ListEventsRequest__Output,
  dependencies: EventListDependencies,
): Promise<ListEventsResponse> {
  const { journal } = dependencies;
  const last = readPlace('ListEvents', request);
  const size = pageSize(request);
  const filter = eventFilter(request);
  const times = timesOf(request, dependencies);
  if (last === null) await refuseUnknown(filter, dependencies);
  const { oldestFirst } = request;
  const from = last === null ? {} : continueAt(oldestFirst, Number(last.lastKey));
  const page = await search(dependencies, { ...filter, ...times, ...from, oldestFirst, limit: size + 1 });
  const events = withinMessage(await eventsToWire(journal, page.events.slice(0, size)));
  const isCut = page.events.length > events.length;
  const lastKey = String((isCut ? events.at(-1)?.revision : page.continueAt) ?? '');
  const kept = await journal.history.horizon();
  const horizon = horizonToWire(kept);
  const reachesHorizon = oldestFirst ? last === null : page.prunedThrough > 0 && lastKey === '';
  const isBefore = times.sinceMs === undefined || times.sinceMs <= kept.recordedMs;
  return {
    events,
    nextPageToken: writePlace('ListEvents', request, { lastKey, revision: 0 }),
    ...(horizon && reachesHorizon && isBefore && { horizon }),
  };
}

/** Searches on while nothing is found, for a bounded time. */
async function search({ journal }: EventListDependencies, query: EventQuery): Promise<EventPage> {
  let page = await journal.eventPage(query);
  for (let looks = 1; looks < EVENT_READS_MAX && page.events.length === 0 && page.continueAt !== null; looks++) {
    page = await journal.eventPage({ ...query, ...continueAt(query.oldestFirst === true, page.continueAt) });
  }
  return page;
}

function continueAt(isOldestFirst: boolean, revision: number): Pick<EventQuery, 'afterRevision' | 'beforeRevision'> {
  return isOldestFirst ? { afterRevision: revision } : { beforeRevision: revision };
}

/** @throws RollcallError for times in the future, and if `since_time` is not before `until_time` */
function timesOf({ sinceTime, untilTime }: ListEventsRequest__Output, { clock }: EventListDependencies) {
  const times = {
    ...(sinceTime && { sinceMs: requestTime(timeFromWire(sinceTime), 'since_time') }),
    ...(untilTime && { untilMs: requestTime(timeFromWire(untilTime), 'until_time') }),
  };
  for (const [field, timeMs] of Object.entries({ since_time: times.sinceMs, until_time: times.untilMs })) {
    if (timeMs === undefined || timeMs <= clock.nowMs()) continue;
    const now = new Date(clock.nowMs()).toISOString();
    const message = `${field} ${new Date(timeMs).toISOString()} is in the future; the coordinator's clock shows ${now}`;
    throw new RollcallError('NOT_RECORDED_YET', message);
  }
  const { sinceMs, untilMs } = times;
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new RollcallError('ARGUMENT_INVALID', 'since_time must be earlier than until_time; swap the two times');
  }
  return times;
}

/** As many events as one message can carry, and at least one. */
function withinMessage(events: readonly Event[]): Event[] {
  let characters = 0;
  const end = events.findIndex((event, index) => {
    characters += JSON.stringify(event).length;
    return characters > EVENTS_PAGE_CHARACTERS_MAX && index > 0;
  });
  return end === -1 ? [...events] : events.slice(0, end);
}
