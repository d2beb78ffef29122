/** Answers questions about the record with a reader of the journal of its own; runs in a thread of its own. */
import { type Clock, systemClock } from '../../shared/clock.ts';
import type { JournalStatus } from '../journal/journal-options.ts';
import type { JournalLimits } from '../journal/limits.ts';
import { Past } from '../journal/read/past.ts';
import { READER_METHODS, ReaderService } from '../journal/services.ts';
import { localPort } from '../threads/thread-port.ts';
import { PastRolls } from './requested-moment.ts';
import { AnswerTurns } from '../../shared/cooperative-scheduler.ts';
import { answerFromRecord, type RecordQuestion } from './history-methods.ts';
import type { AnsweringHouse, RecordedJournal } from './history-context.ts';

export interface AnsweringOptions {
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

export class AnsweringService {
  readonly #reader = new ReaderService();
  #house: AnsweringHouse | undefined;
  #askedAt: AskedAt | undefined;

  open(options: AnsweringOptions): void {
    this.#reader.open(options.file, options.limits);
    this.#house = this.#furnish(options);
  }

  /** The answer as it is sent. @throws RollcallError or JournalError as the method does. */
  answer(question: RecordQuestion, askedAt: AskedAt): Promise<Buffer> {
    if (this.#house === undefined) throw new Error('the journal is not open');
    this.#askedAt = askedAt;
    return answerFromRecord(question, this.#house);
  }

  close(): void {
    this.#reader.close();
  }

  #furnish({ storeId, version }: AnsweringOptions): AnsweringHouse {
    const asked = () => this.#asked;
    const clock: Clock = { ...systemClock, nowMs: () => asked().nowMs };
    const reader = localPort<ReaderService>(this.#reader, READER_METHODS);
    const past = new Past(reader, () => Promise.resolve(reader), clock);
    const { eventsAt, eventPage } = reader;
    const journal: RecordedJournal = {
      storeId,
      past,
      eventsAt,
      eventPage,
      status: () => asked().journalStatus,
      // Nothing that is read here is not on disk.
      durable: () => Promise.resolve(),
      get durableRevision() {
        return asked().durableRevision;
      },
    };
    const turns = new AnswerTurns(clock);
    const pastRolls = new PastRolls({ past, nodes: this.#reader, turns });
    return { journal, pastRolls, clock, turns, version };
  }

  get #asked(): AskedAt {
    if (this.#askedAt === undefined) throw new Error('nothing was asked yet');
    return this.#askedAt;
  }
}

export const ANSWERING_METHODS = ['open', 'answer', 'close'] as const satisfies readonly (keyof AnsweringService)[];
