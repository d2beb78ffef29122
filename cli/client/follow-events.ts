/** Follows the journal over broken connections: each time it goes on after the last revision that it saw. */
import type { Clock } from '../../shared/clock.ts';
import { ERROR_KINDS, RollcallError } from '../../shared/errors.ts';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { WatchEventsRequest } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import { durationText } from '../output/time.ts';
import type { StatusView } from '../view/roll-view.ts';
import type { Coordinator } from './coordinator.ts';

/** Soon enough for a coordinator that restarts; rarely enough for one that is gone for long. */
const WAIT_MS = { first: 1_000, max: 15_000 };

export interface FollowOptions {
  /** Which rows; `afterRevision` is set here. */
  readonly request: WatchEventsRequest;
  /** Rows after this one's revision, of this one's store. */
  readonly from: Pick<StatusView, 'revision' | 'storeId'>;
  readonly clock: Clock;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Hears in a sentence of every break. */
  readonly tell: (sentence: string) => void;
}

/** @throws RollcallError for what trying again cannot help */
export async function* followEvents(coordinator: Coordinator, options: FollowOptions): AsyncGenerator<Event__Output> {
  const { request, clock, signal, tell } = options;
  let { revision, storeId } = options.from;
  let waitMs = WAIT_MS.first;
  while (!signal.aborted) {
    try {
      for await (const item of coordinator.watchEvents({ ...request, afterRevision: String(revision) }, signal)) {
        waitMs = WAIT_MS.first;
        revision = Number(item.event?.revision ?? item.bookmarkRevision ?? revision);
        if (item.event) yield item.event;
      }
      if (!signal.aborted) tell(`the coordinator ended the watch; asking again in ${durationText(waitMs)}`);
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error;
      tell(`${error.message}; going on after revision ${revision} in ${durationText(waitMs)}`);
    }
    await pause(waitMs, clock, signal);
    waitMs = Math.min(waitMs * 2, WAIT_MS.max);
    const other = signal.aborted ? undefined : await otherStore(coordinator, storeId);
    if (other === undefined) continue;
    tell(`another journal is there now; going on after its revision ${other.revision}`);
    ({ revision, storeId } = other);
  }
}

/** Revisions of one store mean nothing in another. */
async function otherStore(
  coordinator: Coordinator,
  storeId: string,
): Promise<Pick<StatusView, 'revision' | 'storeId'> | undefined> {
  try {
    const status = await coordinator.getStatus();
    return status.storeId === storeId ? undefined : { storeId: status.storeId, revision: Number(status.revision) };
  } catch (error) {
    if (isWorthAnotherTry(error)) return undefined;
    throw error;
  }
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
