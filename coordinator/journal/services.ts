/** The services of a journal's threads, each opened by its first call. */
import type { Database } from 'better-sqlite3';
import type { ChainCheck, ChainLink } from './chain.ts';
import { checkpoint, openForWriting } from './database.ts';
import type { EventPage, EventQuery } from './event-query.ts';
import type { JournalEvent } from './events.ts';
import type { JournalLimits } from './limits.ts';
import { JournalReader } from './reader.ts';
import type { RowBatch } from './row-batch.ts';
import type { StoredState } from './stored-state.ts';
import type { WriteOutcome, WriterOpened, WriterOptions } from './writer.ts';
import { JournalWriter } from './writer.ts';

export class WriterService {
  #writer: JournalWriter | undefined;

  open(options: WriterOptions): WriterOpened {
    this.#writer = JournalWriter.open(options);
    return this.#writer.opened;
  }

  write(batch: RowBatch): WriteOutcome {
    return opened(this.#writer).write(batch);
  }

  /** Copies the end of the WAL into the file. */
  catchUp(): void {
    opened(this.#writer).catchUp();
  }

  close(): void {
    this.#writer?.close();
    this.#writer = undefined;
  }
}

export const WRITER_METHODS = ['open', 'write', 'catchUp', 'close'] as const satisfies readonly (keyof WriterService)[];

export class CheckpointService {
  #database: Database | undefined;

  open(file: string): void {
    this.#database = openForWriting(file);
  }

  /** Copies into the file what it can beside the writer. */
  checkpoint(): void {
    checkpoint(opened(this.#database));
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }
}

export const CHECKPOINT_METHODS = [
  'open',
  'checkpoint',
  'close',
] as const satisfies readonly (keyof CheckpointService)[];

export class ReaderService {
  #reader: JournalReader | undefined;

  open(file: string, limits: JournalLimits): void {
    this.#reader = new JournalReader(file, limits);
  }

  state(): StoredState {
    return opened(this.#reader).state();
  }

  eventPage(query: EventQuery): EventPage {
    return opened(this.#reader).eventPage(query);
  }

  eventsAt(revisions: readonly number[]): JournalEvent[] {
    return opened(this.#reader).eventsAt(revisions);
  }

  chainStart(): ChainLink {
    return opened(this.#reader).chainStart();
  }

  checkChain(link: ChainLink, rowsMax: number): ChainCheck {
    return opened(this.#reader).checkChain(link, rowsMax);
  }

  differencesFromRebuild(): string[] {
    return opened(this.#reader).differencesFromRebuild();
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }
}

export const READER_METHODS = [
  'open',
  'state',
  'eventPage',
  'eventsAt',
  'chainStart',
  'checkChain',
  'differencesFromRebuild',
  'close',
] as const satisfies readonly (keyof ReaderService)[];

function opened<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the journal is not open');
  return value;
}
