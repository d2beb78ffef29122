/**
 * Streams rows of the journal as they become durable, from any revision on: first what is recorded
 * already, page by page, then what comes. A slow watcher gets its pages later; one that stands still is
 * let go and resumes.
 */
import type { ServerWritableStream } from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { WatchEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { timeFromWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { type EventFilter, eventFilter } from '../history/event-filter.ts';
import { eventsToWire } from '../history/event-messages.ts';
import { askedTime } from '../history/requested-time.ts';
import { WATCH_PAGE, WATCH_QUEUE_MAX, WATCH_STALL_MS, WATCHES_MAX } from '../limits.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { logged } from '../server/handlers.ts';

type WatchCall = ServerWritableStream<WatchEventsRequest__Output, WatchEventsResponse>;

export function watchEvents(context: CoordinatorContext): (call: WatchCall) => void {
  return (call) => {
    try {
      new EventWatch(context, call).start();
    } catch (error) {
      call.emit('error', toStatus(logged(error, context.log, call.getPath())));
    }
  };
}

class EventWatch {
  readonly #context: CoordinatorContext;
  readonly #call: WatchCall;
  readonly #filter: EventFilter;
  /** When the row that the watcher saw last was recorded; 0: it does not say. */
  readonly #seenMs: number;
  #sentRevision: number;
  #isReading = false;
  #hasMore = true;
  #isOpen = true;
  #unsubscribe: () => void = () => {};
  #ended: () => void = () => {};
  readonly #stop = () =>
    this.#fail(new RollcallError('DRAINING', 'the coordinator stops; resume after the last revision that was seen'));

  constructor(context: CoordinatorContext, call: WatchCall) {
    const { request } = call;
    this.#context = context;
    this.#call = call;
    this.#filter = eventFilter(request);
    if (context.watches.size >= WATCHES_MAX) {
      throw new RollcallError('TOO_MANY_WATCHES', `${WATCHES_MAX} watches are open already; end one of them`);
    }
    this.#sentRevision =
      request.afterRevision === undefined ? context.journal.durableRevision : Number(request.afterRevision);
    this.#seenMs =
      request.afterRevision === undefined ? 0 : askedTime(timeFromWire(request.afterRecordTime), 'after_record_time');
    const isFuture = this.#seenMs <= 0 && this.#sentRevision > context.journal.nextRevision - 1;
    if (isFuture || this.#sentRevision < 0) {
      const newest = context.journal.durableRevision;
      throw new RollcallError(
        'ARGUMENT_INVALID',
        `after_revision is ${request.afterRevision}; the newest revision is ${newest}`,
      );
    }
  }

  start(): void {
    this.#context.watches.add(this.#stop);
    this.#call.on('cancelled', () => this.#end());
    this.#call.on('close', () => this.#end());
    this.#begin().catch((error: unknown) => this.#fail(error));
  }

  async #begin(): Promise<void> {
    const { journal } = this.#context;
    if (this.#seenMs > 0) this.#sentRevision = await journal.history.goOnAfter(this.#sentRevision, this.#seenMs);
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

  /** Sends everything up to the newest durable row. */
  async #read(): Promise<void> {
    const { journal } = this.#context;
    this.#hasMore = false;
    const until = journal.durableRevision;
    while (this.#isOpen && this.#sentRevision < until) {
      const afterRevision = this.#sentRevision;
      const rows = await journal.events({ ...this.#filter, afterRevision, limit: WATCH_PAGE, oldestFirst: true });
      const views = await eventsToWire(journal, rows);
      if (!this.#isOpen) return;
      for (const event of views) this.#call.write({ event });
      await this.#taken(afterRevision);
      this.#sentRevision =
        rows.length < WATCH_PAGE ? Math.max(until, rows.at(-1)?.revision ?? 0) : (rows.at(-1)?.revision ?? until);
      await this.#bookmark(rows.at(-1));
    }
  }

  /** Waits until the watcher has read most of what was sent; the journal keeps the rest meanwhile. */
  async #taken(afterRevision: number): Promise<void> {
    if (this.#call.writableLength <= WATCH_QUEUE_MAX) return;
    await new Promise<void>((resolve, reject) => {
      const cancel = this.#context.clock.after(WATCH_STALL_MS, () => reject(tooSlow(afterRevision)));
      const goOn = () => {
        cancel();
        resolve();
      };
      this.#call.once('drain', goOn);
      this.#ended = goOn;
    });
  }

  /** Tells where to resume, also when the filter let nothing through. The last row that was sent need not be looked up again. */
  async #bookmark(last?: JournalEvent): Promise<void> {
    const revision = this.#sentRevision;
    const isLast = last?.revision === revision;
    const recordedMs = isLast ? last.recordedMs : await this.#context.journal.history.recordedAt(revision);
    if (!this.#isOpen) return;
    this.#call.write({ bookmarkRevision: String(revision), bookmarkRecordTime: timeToWire(recordedMs) });
  }

  #fail(error: unknown): void {
    if (!this.#isOpen) return;
    this.#end();
    this.#call.emit('error', toStatus(logged(error, this.#context.log, this.#call.getPath())));
  }

  #end(): void {
    this.#isOpen = false;
    this.#context.watches.delete(this.#stop);
    this.#unsubscribe();
    this.#ended();
  }
}

function tooSlow(revision: number): RollcallError {
  return new RollcallError('WATCH_TOO_SLOW', `this watcher reads too slowly; resume after revision ${revision}`, {
    metadata: { revision: String(revision) },
  });
}
