/** Pages of the record, filtered. A page of a filter that matches seldom ends when looking took its time, and the next goes on. */

import { readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { pageSize } from '../../shared/answers/paging.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { ListEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { ListEventsResponse } from '../../shared/rpc/generated/rollcall/v1/ListEventsResponse.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import type { EventPage, EventQuery } from '../journal/read/event-reader.ts';
import { EVENT_READS_MAX, EVENTS_PAGE_CHARACTERS_MAX } from '../limits.ts';
import { eventFilter } from './event-filter.ts';
import { eventsToWire } from './event-messages.ts';
import type { JournalContext } from './history-context.ts';
import { horizonToWire } from './journal-status.ts';
import { refuseUnknown } from './known-names.ts';
import { askedTime } from './requested-time.ts';

export async function listEvents(
  request: ListEventsRequest__Output,
  context: JournalContext,
): Promise<ListEventsResponse> {
  const { journal } = context;
  const last = readPlace('ListEvents', request);
  const size = pageSize(request);
  const filter = eventFilter(request);
  const times = timesOf(request, context);
  if (last === null) await refuseUnknown(filter, context);
  const { oldestFirst } = request;
  const from = last === null ? {} : goOn(oldestFirst, Number(last.lastKey));
  const page = await look(context, { ...filter, ...times, ...from, oldestFirst, limit: size + 1 });
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

/** Looks again while nothing was found, but not for ever: the caller goes on with the next page. */
async function look({ journal }: JournalContext, query: EventQuery): Promise<EventPage> {
  let page = await journal.eventPage(query);
  for (let looks = 1; looks < EVENT_READS_MAX && page.events.length === 0 && page.continueAt !== null; looks++) {
    page = await journal.eventPage({ ...query, ...goOn(query.oldestFirst === true, page.continueAt) });
  }
  return page;
}

function goOn(isOldestFirst: boolean, revision: number): Pick<EventQuery, 'afterRevision' | 'beforeRevision'> {
  return isOldestFirst ? { afterRevision: revision } : { beforeRevision: revision };
}

/** @throws RollcallError for times that have not come yet, or that nothing lies between. */
function timesOf({ sinceTime, untilTime }: ListEventsRequest__Output, { clock }: JournalContext) {
  const times = {
    ...(sinceTime && { sinceMs: askedTime(timeFromWire(sinceTime), 'since_time') }),
    ...(untilTime && { untilMs: askedTime(timeFromWire(untilTime), 'until_time') }),
  };
  for (const [field, timeMs] of Object.entries({ since_time: times.sinceMs, until_time: times.untilMs })) {
    if (timeMs === undefined || timeMs <= clock.nowMs()) continue;
    const now = new Date(clock.nowMs()).toISOString();
    const message = `${field} ${new Date(timeMs).toISOString()} lies in the future; the coordinator's clock says ${now}`;
    throw new RollcallError('NOT_RECORDED_YET', message);
  }
  const { sinceMs, untilMs } = times;
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new RollcallError('ARGUMENT_INVALID', 'since_time is not before until_time; nothing lies between them');
  }
  return times;
}

/** As many rows as one message carries, and at least one. */
function withinMessage(events: readonly Event[]): Event[] {
  let characters = 0;
  const end = events.findIndex((event, index) => {
    characters += JSON.stringify(event).length;
    return characters > EVENTS_PAGE_CHARACTERS_MAX && index > 0;
  });
  return end === -1 ? [...events] : events.slice(0, end);
}
