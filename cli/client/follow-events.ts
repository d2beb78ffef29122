/** Follows the journal across broken connections; resumes after the last event that was received. */
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import type { WireTime } from '../../shared/rpc/wire-time.ts';
import type { QueryClient } from './query-client.ts';
import { isRetryable, type RetryPolicy, type RetryPolicyOptions } from './retry-policy.ts';

export interface FollowOptions extends Pick<RetryPolicyOptions, 'signal' | 'emit'> {
  /** The filter; the start position is set here. */
  readonly request: WatchEventsRequest;
  readonly afterRevision: number;
  readonly retryPolicy: RetryPolicy;
}

/**
 * The last event that was received. Its time distinguishes it from the event with the same revision in another journal;
 * `null` if it is not known yet.
 */
interface Seen {
  readonly revision: number;
  readonly recordTime: WireTime | null;
}

/** @throws RollcallError if the error is not retryable */
export async function* followEvents(coordinator: QueryClient, options: FollowOptions): AsyncGenerator<Event__Output> {
  const { request, retryPolicy, signal, emit } = options;
  let seen: Seen = { revision: options.afterRevision, recordTime: null };
  while (!signal.aborted) {
    let end = 'the coordinator ended the watch; reconnecting';
    try {
      for await (const item of coordinator.watchEvents({ ...request, ...after(seen) }, signal)) {
        retryPolicy.reset();
        const next = seenWith(item);
        if (next.revision < seen.revision) emit(otherJournal(seen, next));
        seen = next;
        if (item.event) yield item.event;
      }
    } catch (error) {
      if (!isRetryable(error)) throw error;
      end = `${error.message}; resuming after revision ${seen.revision}`;
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
    `the journal was replaced after revision ${seen.revision}, for example by an older backup; ` +
    `resuming after revision ${next.revision} of the new journal`
  );
}
