/**
 * Sends queries about the past to the history thread: a plan, or a page of a past list, takes a second and megabytes of objects,
 * which would delay every agent. Only requests and serialized responses cross between the threads.
 */
import type { Clock } from '../../shared/clock.ts';
import { ConcurrencyLimiter } from '../../shared/concurrency-limiter.ts';
import { RollcallError } from '../../shared/errors.ts';
import { JournalError } from '../journal/base/journal-error.ts';
import type { Journal } from '../journal/journal.ts';
import { HISTORY_IDLE_MS, HISTORY_QUERIES } from '../limits.ts';
import type { Port } from '../threads/thread-port.ts';
import type { LiveMoment } from './history-rpc.ts';
import type { HistoryQuery, HistoryService } from './history-service.ts';

export type HistoryPort = Port<HistoryService>;

export interface HistoryOptions {
  readonly journal: Pick<Journal, 'openedWith' | 'storeId' | 'durableRevision' | 'status'>;
  readonly clock: Pick<Clock, 'nowMs' | 'after'>;
  readonly version: string;
  readonly start: () => HistoryPort;
}

export interface QueryOptions {
  /** The moment of now, when it is durable; `null` for a request about the past. */
  readonly now?: LiveMoment | null;
  /** Whether the caller has gone; the query is then not started. */
  readonly isCancelled?: () => boolean;
}

export class HistoryQueries {
  readonly #options: HistoryOptions;
  #opened: Promise<HistoryPort> | undefined;
  #ended = Promise.resolve();
  #isClosed = false;
  readonly #limiter = new ConcurrencyLimiter(HISTORY_QUERIES);
  #cancelIdleTimer = () => {};

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * Returns the serialized response of a method of the query service.
   * @throws RollcallError or JournalError as the method does, TOO_MANY_QUERIES, or INTERRUPTED if the caller has gone
   */
  async answer(method: string, request: object, options: QueryOptions = {}): Promise<Buffer> {
    const { now = null, isCancelled = () => false } = options;
    if (this.#limiter.isFull) {
      throw new RollcallError(
        'TOO_MANY_QUERIES',
        `${HISTORY_QUERIES.waiting} queries are waiting already; try again later`,
      );
    }
    this.#cancelIdleTimer();
    try {
      return await this.#limiter.take(() => {
        if (isCancelled()) throw new RollcallError('INTERRUPTED', 'the caller cancelled the query');
        return this.#answer({ method, request, now });
      });
    } catch (error) {
      const isExpected = error instanceof RollcallError || error instanceof JournalError;
      throw this.#isClosed && !isExpected ? closed() : error;
    } finally {
      if (this.#limiter.isIdle && !this.#isClosed) {
        this.#cancelIdleTimer = this.#options.clock.after(HISTORY_IDLE_MS, () => void this.#end());
      }
    }
  }

  /** Starts no more queries; those in progress continue. */
  drain(): void {
    this.#isClosed = true;
    this.#cancelIdleTimer();
    this.#limiter.releaseAll();
  }

  /** Must be called before the journal is closed: the last connection to close empties the WAL, and a reader cannot do that. */
  close(): Promise<void> {
    this.drain();
    return this.#end();
  }

  async #answer(query: HistoryQuery): Promise<Buffer> {
    const { journal, clock } = this.#options;
    const port = await this.#port();
    const { durableRevision } = journal;
    const state = { nowMs: clock.nowMs(), durableRevision, journalStatus: journal.status() };
    const { buffer, byteOffset, byteLength } = await port.answer(query, state);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  #end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#ended = this.#ended.then(async () => {
      const port = await opened?.catch(() => undefined);
      // A thread that has failed cannot close its reader, but has no reader any more.
      await port?.close().catch(() => undefined);
      await port?.terminate();
    });
    return this.#ended;
  }

  /** Starts the thread when it is needed, and again after a bug or a lack of memory ended it, which fails the queries of that moment. */
  async #port(): Promise<HistoryPort> {
    if (this.#isClosed) throw closed();
    const opened = this.#opened ?? this.#open();
    this.#opened = opened;
    try {
      const port = await opened;
      if (!port.hasEnded()) return port;
    } catch (error) {
      if (this.#opened === opened) this.#opened = undefined;
      throw error;
    }
    if (this.#opened === opened) this.#opened = undefined;
    return this.#port();
  }

  async #open(): Promise<HistoryPort> {
    const { journal, version, start } = this.#options;
    const { openedWith, storeId } = journal;
    const port = start();
    try {
      await port.open({ ...openedWith, storeId, version });
      return port;
    } catch (error) {
      await port.terminate();
      throw error;
    }
  }
}

function closed(): JournalError {
  return new JournalError('closed', 'The journal is closed.');
}
