/**
 * Questions about the record, on their way to a thread of their own: a plan or a page of the past is a second of work and
 * megabytes of objects, which would be in the way of every agent. Nothing but requests and finished bytes crosses.
 */
import type { Clock } from '../../shared/clock.ts';
import { ConcurrencyLimiter } from '../../shared/concurrency-limiter.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { JournalError } from '../journal/journal-error.ts';
import { HISTORY_IDLE_MS, HISTORY_QUERIES } from '../limits.ts';
import { builtModule } from '../threads/built-module.ts';
import { localPort, type Port, threadPort } from '../threads/thread-port.ts';
import type { HistoryMethod, HistoryRequest, PresentMoment } from './history-methods.ts';
import { HISTORY_SERVICE_METHODS, HistoryService } from './history-service.ts';

type HistoryPort = Port<HistoryService>;

export interface HistoryOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly version: string;
  readonly start: () => HistoryPort;
}

export interface Asker {
  /** What the request means by now, once that is on disk; `null` where it is about the past. */
  readonly now?: PresentMoment | null;
  /** Whether somebody still waits for the answer; otherwise it is not even begun. */
  readonly isThere?: () => boolean;
}

export class HistoryQueries {
  readonly #options: HistoryOptions;
  #opened: Promise<HistoryPort> | undefined;
  #ended = Promise.resolve();
  #isClosed = false;
  readonly #line = new ConcurrencyLimiter(HISTORY_QUERIES);
  #stopIdling = () => {};

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** @throws RollcallError or JournalError as the method does, TOO_MANY_QUERIES, or INTERRUPTED where the asker has gone. */
  async answer(method: HistoryMethod, request: object, asker: Asker = {}): Promise<Buffer> {
    const { now = null, isThere = () => true } = asker;
    if (this.#line.isFull) {
      throw new RollcallError('TOO_MANY_QUERIES', `${HISTORY_QUERIES.waiting} questions wait already; try again later`);
    }
    this.#stopIdling();
    try {
      return await this.#line.take(() => {
        if (!isThere()) throw new RollcallError('INTERRUPTED', 'whoever asked waits no longer');
        return this.#answer({ method, request, now });
      });
    } catch (error) {
      const isExpected = error instanceof RollcallError || error instanceof JournalError;
      throw this.#isClosed && !isExpected ? closed() : error;
    } finally {
      if (this.#line.isIdle && !this.#isClosed) {
        this.#stopIdling = this.#options.clock.after(HISTORY_IDLE_MS, () => void this.#end());
      }
    }
  }

  /** Begins with no question any more; those that it works on go on. */
  drain(): void {
    this.#isClosed = true;
    this.#stopIdling();
    this.#line.releaseAll();
  }

  /** Before the journal: whoever closes last empties the WAL, and a reader cannot. */
  close(): Promise<void> {
    this.drain();
    return this.#end();
  }

  async #answer(question: HistoryRequest): Promise<Buffer> {
    const { journal, clock } = this.#options;
    const port = await this.#port();
    const { durableRevision } = journal;
    const askedAt = { nowMs: clock.nowMs(), durableRevision, journalStatus: journal.status() };
    const { buffer, byteOffset, byteLength } = await port.answer(question, askedAt);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  #end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    this.#ended = this.#ended.then(async () => {
      const port = await opened?.catch(() => undefined);
      // One that ends meanwhile by itself has closed nothing and is gone all the same.
      await port?.close().catch(() => undefined);
      await port?.terminate();
    });
    return this.#ended;
  }

  /** Started when it is needed, and anew where a bug or a lack of memory ended it: that costs the questions of that moment. */
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

/** Needs the built files. */
export function historyThread(): HistoryPort {
  return threadPort<HistoryService>(builtModule('history-worker', import.meta.url), HISTORY_SERVICE_METHODS);
}

/** On the caller's thread: for tests that run from the sources, never for serving. */
export function historyInProcess(): HistoryPort {
  return localPort<HistoryService>(new HistoryService(), HISTORY_SERVICE_METHODS);
}
