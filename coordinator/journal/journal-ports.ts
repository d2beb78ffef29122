/** The ports of one journal: the writer, the checkpoints, the reader for queries, and readers for tasks that take long. */

import type { Port } from '../threads/thread-port.ts';
import type { JournalThreads } from './journal-threads.ts';
import type { JournalLimits } from './limits.ts';
import type { ReaderService } from './read/reader-service.ts';
import type { CheckpointService } from './write/checkpoint-service.ts';
import type { WriterService } from './write/writer-service.ts';

export class JournalPorts {
  readonly writer: Port<WriterService>;
  readonly reader: Port<ReaderService>;
  readonly checkpoints: Port<CheckpointService>;
  readonly file: string;
  readonly #threads: JournalThreads;
  readonly #limits: JournalLimits;
  readonly #temporary = new Set<Port<ReaderService>>();
  #auditor: Promise<Port<ReaderService>> | undefined;

  constructor(threads: JournalThreads, file: string, limits: JournalLimits) {
    this.writer = threads.startWriter();
    this.reader = threads.startReader();
    this.checkpoints = threads.startCheckpoints();
    this.#threads = threads;
    this.file = file;
    this.#limits = limits;
  }

  /** Call it after the writer opened the file. */
  async openOthers(): Promise<void> {
    await Promise.all([this.reader.open(this.file, this.#limits), this.checkpoints.open(this.file)]);
  }

  /** A second reader, started on first use: its steps take longer than queries. */
  auditor(): Promise<Port<ReaderService>> {
    this.#auditor ??= this.#openReader();
    return this.#auditor;
  }

  /** Starts readers for one long task, and ends them with the task. */
  async withReaders<Result>(
    count: number,
    task: (readers: readonly Port<ReaderService>[]) => Promise<Result>,
  ): Promise<Result> {
    const readers = await Promise.all(Array.from({ length: count }, () => this.#openReader()));
    try {
      const result = await task(readers);
      await Promise.all(readers.map((reader) => reader.close()));
      return result;
    } finally {
      for (const reader of readers) this.#temporary.delete(reader);
      await Promise.all(readers.map((reader) => reader.terminate()));
    }
  }

  /** Starts a reader for one task that cannot be split into steps. */
  withReader<Result>(task: (reader: Port<ReaderService>) => Promise<Result>): Promise<Result> {
    return this.withReaders(1, ([reader]) => {
      if (reader === undefined) throw new Error('no reader was started');
      return task(reader);
    });
  }

  /** Closes the checkpoints last: the last connection empties the WAL, which a reader cannot. */
  async close(): Promise<void> {
    const auditor = await this.#auditor?.catch(() => undefined);
    await Promise.all([this.reader.close(), auditor?.close(), this.writer.close()]);
    await this.checkpoints.close();
  }

  async terminate(): Promise<void> {
    const ports = [this.writer, this.reader, this.checkpoints, ...this.#temporary];
    await Promise.all(ports.map((port) => port.terminate()));
  }

  async #openReader(): Promise<Port<ReaderService>> {
    const reader = this.#threads.startReader();
    this.#temporary.add(reader);
    await reader.open(this.file, this.#limits);
    return reader;
  }
}
