/** Answers questions about the record with a reader of the journal of its own; runs in a thread of its own. */
import { type Clock, systemClock } from '../../shared/clock.ts';
import { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { JournalStatus } from '../journal/journal-options.ts';
import type { JournalLimits } from '../journal/limits.ts';
import { JournalHistory } from '../journal/read/journal-history.ts';
import { READER_METHODS, ReaderService } from '../journal/write/writer-service.ts';
import { localPort } from '../threads/thread-port.ts';
import type { HistoryContext, JournalReads } from './history-context.ts';
import { answerFromHistory, type HistoryRequest } from './history-methods.ts';
import { HistoricalSnapshots } from './requested-moment.ts';

export interface HistoryOptions {
  /** Of the journal. */
  readonly file: string;
  readonly limits: JournalLimits;
  readonly storeId: string;
  /** Of the coordinator. */
  readonly version: string;
}

/** How the coordinator is when it asks. */
export interface AskedAt {
  readonly nowMs: number;
  readonly durableRevision: number;
  readonly journalStatus: JournalStatus;
}

export class HistoryService {
  readonly #reader = new ReaderService();
  #context: HistoryContext | undefined;
  #askedAt: AskedAt | undefined;

  open(options: HistoryOptions): void {
    this.#reader.open(options.file, options.limits);
    this.#context = this.#wireCoordinator(options);
  }

  /** The answer as it is sent. @throws RollcallError or JournalError as the method does. */
  answer(question: HistoryRequest, askedAt: AskedAt): Promise<Buffer> {
    if (this.#context === undefined) throw new Error('the journal is not open');
    this.#askedAt = askedAt;
    return answerFromHistory(question, this.#context);
  }

  close(): void {
    this.#reader.close();
  }

  #wireCoordinator({ storeId, version }: HistoryOptions): HistoryContext {
    const asked = () => this.#asked;
    const clock: Clock = { ...systemClock, nowMs: () => asked().nowMs };
    const reader = localPort<ReaderService>(this.#reader, READER_METHODS);
    const history = new JournalHistory(reader, () => Promise.resolve(reader), clock);
    const { eventsAt, eventPage } = reader;
    const journal: JournalReads = {
      storeId,
      history,
      eventsAt,
      eventPage,
      status: () => asked().journalStatus,
      // Nothing that is read here is not on disk.
      durable: () => Promise.resolve(),
      get durableRevision() {
        return asked().durableRevision;
      },
    };
    const scheduler = new CooperativeScheduler(clock);
    const snapshots = new HistoricalSnapshots({ history, nodes: this.#reader, scheduler });
    return { journal, snapshots, clock, scheduler, version };
  }

  get #asked(): AskedAt {
    if (this.#askedAt === undefined) throw new Error('nothing was asked yet');
    return this.#askedAt;
  }
}

export const HISTORY_SERVICE_METHODS = ['open', 'answer', 'close'] as const satisfies readonly (keyof HistoryService)[];
