/** The services of a journal's threads, each opened by its first call. */
import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { PruneStep } from '../maintenance/compaction.ts';
import { JournalReader } from '../read/reader-service.ts';
import { checkpoint, openForWriting } from '../schema/database.ts';
import type { RowBatch } from './row-batch.ts';
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

  prune(through: number, rowsMax: number): PruneStep {
    return opened(this.#writer).prune(through, rowsMax);
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

export const WRITER_METHODS = [
  'open',
  'write',
  'prune',
  'catchUp',
  'close',
] as const satisfies readonly (keyof WriterService)[];

export class CheckpointService {
  #database: Database | undefined;
  #descriptor: number | undefined;

  open(file: string): void {
    this.#database = openForWriting(file);
    this.#descriptor = openSync(file, 'r+');
  }

  /**
   * Copies into the file what it can beside the writer, and waits until that is on disk. SQLite itself waits only once all is
   * copied, and then for everything since the last time, which would hold up the commit that starts the WAL afresh.
   */
  checkpoint(): void {
    checkpoint(opened(this.#database), () => fsyncSync(opened(this.#descriptor)));
  }

  /** After every other connection: closing a descriptor ends the locks that this process has on the file. */
  close(): void {
    this.#database?.close();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#database = undefined;
    this.#descriptor = undefined;
  }
}

export const CHECKPOINT_METHODS = [
  'open',
  'checkpoint',
  'close',
] as const satisfies readonly (keyof CheckpointService)[];

export class ReaderService extends JournalReader {}

/** Every public method of the reader. */
export const READER_METHODS = [
  'open',
  'state',
  'eventPage',
  'eventsAt',
  'retentionHorizon',
  'revisionAt',
  'placementAt',
  'placementsOfNodeAt',
  'placementsOfDaemonSetAt',
  'nodeAt',
  'nodesAt',
  'nodeNamesAt',
  'isInInventoryAt',
  'agentAt',
  'daemonSetsAt',
  'podsOfNodeAt',
  'podsAt',
  'driftRevisionsAt',
  'sourceProblemsAt',
  'changedDaemonSets',
  'changesOfDaemonSet',
  'daemonSetsOfNodeBetween',
  'nodesOfDaemonSetBetween',
  'pairSteps',
  'presenceSteps',
  'isKnown',
  'assertKnown',
  'recordedAt',
  'goOnAfter',
  'newestRevision',
  'newestOlderThan',
  'chainStart',
  'checkChain',
  'digestKept',
  'hashAt',
  'newestSeal',
  'exported',
  'replayed',
  'usedBytes',
  'backUp',
  'fileProblem',
  'beginRebuild',
  'replayForRebuild',
  'endRebuild',
  'close',
] as const satisfies readonly (keyof ReaderService)[];

function opened<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the journal is not open');
  return value;
}
