/**
 * Questions about the record, on their way to a thread of their own: a plan or a page of the past is a second of work and
 * megabytes of objects, which would be in the way of every agent. Nothing but requests and finished bytes crosses.
 */
import type { Clock } from '../../../shared/clock.ts';
import { RollcallError } from '../../../shared/errors.ts';
import type { Journal } from '../../journal/journal.ts';
import { JournalError } from '../../journal/journal-error.ts';
import { ANSWERING_IDLE_MS, RECORD_QUESTIONS } from '../../limits.ts';
import { builtModule } from '../../threads/built-module.ts';
import { localPort, type Port, threadPort } from '../../threads/thread-port.ts';
import { WaitingLine } from '../../waiting-line.ts';
import { ANSWERING_METHODS, AnsweringService } from './answering-service.ts';
import type { RecordedNow, RecordMethod, RecordQuestion } from './record-answers.ts';

type AnsweringPort = Port<AnsweringService>;

export interface AnsweringOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly version: string;
  readonly start: () => AnsweringPort;
}

export class Answering {
  readonly #options: AnsweringOptions;
  #opened: Promise<AnsweringPort> | undefined;
  #isClosed = false;
  readonly #line = new WaitingLine(RECORD_QUESTIONS);
  #askedCount = 0;
  #stopIdling = () => {};

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /**
   * `now`: what the request means by now, once that is on disk.
   * @throws RollcallError or JournalError as the method does, or TOO_MANY_QUESTIONS.
   */
  async answer(method: RecordMethod, request: object, now: RecordedNow | null = null): Promise<Buffer> {
    if (this.#line.isFull) {
      throw new RollcallError(
        'TOO_MANY_QUESTIONS',
        `${RECORD_QUESTIONS.waiting} questions wait already; try again later`,
      );
    }
    this.#stopIdling();
    this.#askedCount += 1;
    try {
      return await this.#line.take(() => this.#answer({ method, request, now }));
    } catch (error) {
      if (this.#isClosed) throw new JournalError('closed', 'The journal is closed.');
      throw error;
    } finally {
      this.#askedCount -= 1;
      if (this.#askedCount === 0 && !this.#isClosed) {
        this.#stopIdling = this.#options.clock.after(ANSWERING_IDLE_MS, () => void this.#end());
      }
    }
  }

  /** Before the journal: whoever closes last empties the WAL, and a reader cannot. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopIdling();
    await this.#end();
  }

  async #answer(question: RecordQuestion): Promise<Buffer> {
    const { journal, clock } = this.#options;
    const port = await this.#port();
    const { durableRevision } = journal;
    const askedAt = { nowMs: clock.nowMs(), durableRevision, journalStatus: journal.status() };
    const { buffer, byteOffset, byteLength } = await port.answer(question, askedAt);
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  async #end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    const port = await opened?.catch(() => undefined);
    if (port === undefined) return;
    if (!port.hasEnded()) await port.close();
    await port.terminate();
  }

  /** Started when it is needed, and anew where a bug or a lack of memory ended it: that costs the questions of that moment. */
  async #port(): Promise<AnsweringPort> {
    if (this.#isClosed) throw new JournalError('closed', 'The journal is closed.');
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

  async #open(): Promise<AnsweringPort> {
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

/** Needs the built files. */
export function answeringThread(): AnsweringPort {
  return threadPort<AnsweringService>(builtModule('answering-worker', import.meta.url), ANSWERING_METHODS);
}

/** On the caller's thread: for tests that run from the sources, never for serving. */
export function answeringHere(): AnsweringPort {
  return localPort<AnsweringService>(new AnsweringService(), ANSWERING_METHODS);
}
