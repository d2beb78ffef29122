/** The threads of one journal: the writer, the checkpoints, the reader of queries, and readers for what takes long. */

import type { Port } from '../threads/thread-port.ts';
import type { JournalThreads } from './journal-threads.ts';
import type { JournalLimits } from './limits.ts';
import type { CheckpointService, ReaderService, WriterService } from './write/writer-service.ts';

export class JournalPorts {
  readonly writer: Port<WriterService>;
  readonly reader: Port<ReaderService>;
  readonly checkpoints: Port<CheckpointService>;
  readonly file: string;
  readonly #threads: JournalThreads;
  readonly #limits: JournalLimits;
  readonly #passing = new Set<Port<ReaderService>>();
  #auditor: Promise<Port<ReaderService>> | undefined;

  constructor(threads: JournalThreads, file: string, limits: JournalLimits) {
    this.writer = threads.startWriter();
    this.reader = threads.startReader();
    this.checkpoints = threads.startCheckpoints();
    this.#threads = threads;
    this.file = file;
    this.#limits = limits;
  }

  /** Once the writer has opened the file. */
  async openOthers(): Promise<void> {
    await Promise.all([this.reader.open(this.file, this.#limits), this.checkpoints.open(this.file)]);
  }

  /** A second reader, started when it is first needed: its bounded steps are longer than those of queries. */
  auditor(): Promise<Port<ReaderService>> {
    this.#auditor ??= this.#openReader();
    return this.#auditor;
  }

  /** Readers for one task that takes long; they end with the task. */
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
      for (const reader of readers) this.#passing.delete(reader);
      await Promise.all(readers.map((reader) => reader.terminate()));
    }
  }

  /** A reader for one task that cannot be cut into steps. */
  withReader<Result>(task: (reader: Port<ReaderService>) => Promise<Result>): Promise<Result> {
    return this.withReaders(1, ([reader]) => {
      if (reader === undefined) throw new Error('no reader was started');
      return task(reader);
    });
  }

  /** The checkpoints last: whoever closes last empties the WAL, and a reader cannot. */
  async close(): Promise<void> {
    const auditor = await this.#auditor?.catch(() => undefined);
    await Promise.all([this.reader.close(), auditor?.close(), this.writer.close()]);
    await this.checkpoints.close();
  }

  async terminate(): Promise<void> {
    const ports = [this.writer, this.reader, this.checkpoints, ...this.#passing];
    await Promise.all(ports.map((port) => port.terminate()));
  }

  async #openReader(): Promise<Port<ReaderService>> {
    const reader = this.#threads.startReader();
    this.#passing.add(reader);
    await reader.open(this.file, this.#limits);
    return reader;
  }
}
