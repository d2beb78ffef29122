/** The ports of one journal: the writer, the checkpoints, the reader for queries, and readers for tasks that take long. */
import type { Port } from '../threads/thread-port.ts';
import type { JournalLimits } from './base/limits.ts';
import type { JournalThreads } from './journal-threads.ts';
import { ReaderPool } from './read/reader-pool.ts';
import type { ReaderService } from './read/reader-service.ts';
import type { CheckpointService } from './write/checkpoint-service.ts';
import type { WriterService } from './write/writer-service.ts';

export class JournalPorts {
  readonly writer: Port<WriterService>;
  readonly reader: Port<ReaderService>;
  readonly checkpoints: Port<CheckpointService>;
  readonly readerPool: ReaderPool;
  readonly #file: string;
  readonly #limits: JournalLimits;

  constructor(threads: JournalThreads, file: string, limits: JournalLimits) {
    this.writer = threads.startWriter();
    this.reader = threads.startReader();
    this.checkpoints = threads.startCheckpoints();
    this.readerPool = new ReaderPool(() => threads.startReader(), file, limits);
    this.#file = file;
    this.#limits = limits;
  }

  /** Call it after the writer opened the file. */
  async openOthers(): Promise<void> {
    await Promise.all([this.reader.open(this.#file, this.#limits), this.checkpoints.open(this.#file)]);
  }

  /** Closes the checkpoints last: the last connection empties the WAL, which a reader cannot. */
  async close(): Promise<void> {
    await Promise.all([this.reader.close(), this.readerPool.close(), this.writer.close()]);
    await this.checkpoints.close();
  }

  async terminate(): Promise<void> {
    const ports = [this.writer, this.reader, this.checkpoints, this.readerPool];
    await Promise.all(ports.map((port) => port.terminate()));
  }
}
