/** Follows the journal over broken connections: each time it goes on after the last row that it saw. */
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import type { WireTime } from '../../shared/rpc/wire-time.ts';
import type { QueryClient } from './query-client.ts';
import { isWorthAnotherTry, type RetryPolicy, type RetryPolicyOptions } from './retry-policy.ts';

export interface FollowOptions extends Pick<RetryPolicyOptions, 'signal' | 'emit'> {
  /** Which rows; where to begin is set here. */
  readonly request: WatchEventsRequest;
  readonly afterRevision: number;
  readonly retryPolicy: RetryPolicy;
}

/** The last row that was seen. Its time tells it from a row that another journal has in its place; `null`: not told yet. */
interface Seen {
  readonly revision: number;
  readonly recordTime: WireTime | null;
}

/** @throws RollcallError for what trying again cannot help */
export async function* followEvents(coordinator: QueryClient, options: FollowOptions): AsyncGenerator<Event__Output> {
  const { request, retryPolicy, signal, emit } = options;
  let seen: Seen = { revision: options.afterRevision, recordTime: null };
  while (!signal.aborted) {
    let end = 'the coordinator ended the watch; asking again';
    try {
      for await (const item of coordinator.watchEvents({ ...request, ...after(seen) }, signal)) {
        retryPolicy.restore();
        const next = seenWith(item);
        if (next.revision < seen.revision) emit(otherJournal(seen, next));
        seen = next;
        if (item.event) yield item.event;
      }
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error;
      end = `${error.message}; going on after revision ${seen.revision}`;
    }
    if (!signal.aborted) await retryPolicy.wait(end);
  }
}

function after({ revision, recordTime }: Seen): WatchEventsRequest {
  return { afterRevision: String(revision), ...(recordTime && { afterRecordTime: recordTime }) };
}

function seenWith({ event, bookmarkRevision, bookmarkRecordTime }: WatchEventsResponse__Output): Seen {
  if (event) return { revision: Number(event.revision), recordTime: event.recordTime };
  return { revision: Number(bookmarkRevision), recordTime: bookmarkRecordTime };
}

function otherJournal(seen: Seen, next: Seen): string {
  return (
    `the journal was replaced since its revision ${seen.revision} was seen, as by an older backup; ` +
    `going on after revision ${next.revision} of the one that is there now`
  );
}
