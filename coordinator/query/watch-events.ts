/**
 * Streams events as they become durable, from any revision on: first those in the journal, page by page, then new ones.
 * A slow watcher receives its pages later. One that reads nothing is disconnected, and can resume.
 */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { Logger } from '../../shared/logging.ts';
import type { WatchEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { timeFromWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { type EventFilter, eventFilter } from '../history/event-filter.ts';
import { eventsToWire } from '../history/events-to-wire.ts';
import { requestTime } from '../history/request-time.ts';
import type { Journal } from '../journal/journal.ts';
import { WATCH_PAGE, WATCH_QUEUE_MAX, WATCH_STALL_MS } from '../limits.ts';
import { toCallError } from '../rpc/call-error.ts';
import type { OpenStreams } from '../rpc/open-streams.ts';

type WatchCall = ServerWritableStream<WatchEventsRequest__Output, WatchEventsResponse>;

export interface WatchDependencies {
  readonly journal: Pick<Journal, 'durableRevision' | 'nextRevision' | 'onDurable' | 'events' | 'eventsAt'> & {
    readonly history: Pick<Journal['history'], 'continueAfter' | 'recordedAt'>;
  };
  readonly watches: OpenStreams;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

export function watchEvents(call: WatchCall, dependencies: WatchDependencies): void {
  try {
    new EventWatch(dependencies, call).start();
  } catch (error) {
    call.emit('error', toStatus(toCallError(error, dependencies.log, call.getPath())));
  }
}

class EventWatch {
  readonly #dependencies: WatchDependencies;
  readonly #call: WatchCall;
  readonly #filter: EventFilter;
  /** When the last event that the watcher received was recorded, in milliseconds since 1970; 0 if it does not say. */
  readonly #seenMs: number;
  #sentRevision: number;
  #isReading = false;
  #hasMore = true;
  #isOpen = true;
  #unsubscribe: () => void = () => {};
  #ended: () => void = () => {};
  #close: () => void = () => {};
  readonly #stop = () =>
    this.#fail(
      new RollcallError('DRAINING', 'the coordinator is stopping; resume after the last revision that was received'),
    );

  constructor(dependencies: WatchDependencies, call: WatchCall) {
    const { request } = call;
    this.#dependencies = dependencies;
    this.#call = call;
    this.#filter = eventFilter(request);
    dependencies.watches.refuseIfFull();
    this.#sentRevision =
      request.afterRevision === undefined ? dependencies.journal.durableRevision : Number(request.afterRevision);
    this.#seenMs =
      request.afterRevision === undefined ? 0 : requestTime(timeFromWire(request.afterRecordTime), 'after_record_time');
    const isFuture = this.#seenMs <= 0 && this.#sentRevision > dependencies.journal.nextRevision - 1;
    if (isFuture || this.#sentRevision < 0) {
      const newest = dependencies.journal.durableRevision;
      throw new RollcallError(
        'ARGUMENT_INVALID',
        `after_revision is ${request.afterRevision}; the newest revision is ${newest}`,
      );
    }
  }

  start(): void {
    this.#close = this.#dependencies.watches.open(this.#stop);
    this.#call.on('cancelled', () => this.#end());
    this.#call.on('close', () => this.#end());
    this.#begin().catch((error: unknown) => this.#fail(error));
  }

  async #begin(): Promise<void> {
    const { journal } = this.#dependencies;
    if (this.#seenMs > 0) this.#sentRevision = await journal.history.continueAfter(this.#sentRevision, this.#seenMs);
    await this.#bookmark();
    if (!this.#isOpen) return;
    this.#unsubscribe = journal.onDurable(() => this.#wake());
    this.#wake();
  }

  #wake(): void {
    this.#hasMore = true;
    if (this.#isReading || !this.#isOpen) return;
    this.#isReading = true;
    this.#read().then(
      () => {
        this.#isReading = false;
        if (this.#hasMore) this.#wake();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** Sends everything up to the newest durable event. */
  async #read(): Promise<void> {
    const { journal } = this.#dependencies;
    this.#hasMore = false;
    const until = journal.durableRevision;
    while (this.#isOpen && this.#sentRevision < until) {
      const afterRevision = this.#sentRevision;
      const events = await journal.events({ ...this.#filter, afterRevision, limit: WATCH_PAGE, oldestFirst: true });
      const messages = await eventsToWire(journal, events);
      if (!this.#isOpen) return;
      for (const event of messages) this.#call.write({ event });
      await this.#received(afterRevision);
      this.#sentRevision =
        events.length < WATCH_PAGE ? Math.max(until, events.at(-1)?.revision ?? 0) : (events.at(-1)?.revision ?? until);
      await this.#bookmark(events.at(-1));
    }
  }

  /** Waits until the watcher has received most of what was sent, so that no more than a page is in memory. */
  async #received(afterRevision: number): Promise<void> {
    if (this.#call.writableLength <= WATCH_QUEUE_MAX) return;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#dependencies.clock.after(WATCH_STALL_MS, () => reject(tooSlow(afterRevision)));
      const resume = () => {
        cancel();
        resolve();
      };
      this.#call.once('drain', resume);
      this.#ended = resume;
    });
  }

  /** Says where to resume, also if no event matched the filter. `last`: the last event sent, which saves a lookup. */
  async #bookmark(last?: JournalEvent): Promise<void> {
    const revision = this.#sentRevision;
    const isLast = last?.revision === revision;
    const recordedMs = isLast ? last.recordedMs : await this.#dependencies.journal.history.recordedAt(revision);
    if (!this.#isOpen) return;
    this.#call.write({ bookmarkRevision: String(revision), bookmarkRecordTime: timeToWire(recordedMs) });
  }

  #fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#call.emit('error', toStatus(toCallError(error, this.#dependencies.log, this.#call.getPath())));
  }

  #end(): void {
    this.#isOpen = false;
    this.#close();
    this.#unsubscribe();
    this.#ended();
  }
}

function tooSlow(revision: number): RollcallError {
  return new RollcallError('WATCH_TOO_SLOW', `the watcher reads too slowly; resume after revision ${revision}`, {
    metadata: { revision: String(revision) },
  });
}
