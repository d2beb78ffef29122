/** Follows the journal over broken connections: each time it goes on after the last row that it saw. */
import type { Clock } from '../../shared/clock.ts';
import { ERROR_KINDS, RollcallError } from '../../shared/errors.ts';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import type { WireTime } from '../../shared/rpc/wire-time.ts';
import { durationText } from '../output/time.ts';
import type { Coordinator } from './coordinator.ts';

/** Soon enough for a coordinator that restarts; rarely enough for one that is gone for long. */
const WAIT_MS = { first: 1_000, max: 15_000 };

export interface FollowOptions {
  /** Which rows; where to begin is set here. */
  readonly request: WatchEventsRequest;
  readonly afterRevision: number;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Hears in a sentence of every break. */
  readonly tell: (sentence: string) => void;
}

/** The last row that was seen. Its time tells it from a row that another journal has in its place; `null`: not told yet. */
interface Seen {
  readonly revision: number;
  readonly recordTime: WireTime | null;
}

/** @throws RollcallError for what trying again cannot help */
export async function* followEvents(coordinator: Coordinator, options: FollowOptions): AsyncGenerator<Event__Output> {
  const { request, clock, signal, tell } = options;
  let seen: Seen = { revision: options.afterRevision, recordTime: null };
  let waitMs = WAIT_MS.first;
  while (!signal.aborted) {
    try {
      for await (const item of coordinator.watchEvents({ ...request, ...after(seen) }, signal)) {
        waitMs = WAIT_MS.first;
        const next = seenWith(item);
        if (next.revision < seen.revision) tell(otherJournal(seen, next));
        seen = next;
        if (item.event) yield item.event;
      }
      if (!signal.aborted) tell(`the coordinator ended the watch; asking again in ${durationText(waitMs)}`);
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error;
      tell(`${error.message}; going on after revision ${seen.revision} in ${durationText(waitMs)}`);
    }
    await pause(waitMs, clock, signal);
    waitMs = Math.min(waitMs * 2, WAIT_MS.max);
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

function isWorthAnotherTry(error: unknown): error is RollcallError {
  return error instanceof RollcallError && ERROR_KINDS[error.reason].retryable;
}

function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}
