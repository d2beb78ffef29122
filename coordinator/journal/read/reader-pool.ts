/** Starts readers of one journal for tasks that take longer than queries: verification, export, backup. */
import type { Port } from '../../threads/thread-port.ts';
import type { JournalLimits } from '../base/limits.ts';
import type { ReaderService } from './reader-service.ts';

export class ReaderPool {
  readonly file: string;
  readonly #start: () => Port<ReaderService>;
  readonly #limits: JournalLimits;
  readonly #open = new Set<Port<ReaderService>>();
  #auditor: Promise<Port<ReaderService>> | undefined;

  constructor(start: () => Port<ReaderService>, file: string, limits: JournalLimits) {
    this.#start = start;
    this.file = file;
    this.#limits = limits;
  }

  /** A reader that all tasks share whose steps are short. It is started on first use. */
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
      for (const reader of readers) this.#open.delete(reader);
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

  /** Closes the shared reader. The readers of running tasks close with their tasks. */
  async close(): Promise<void> {
    const auditor = await this.#auditor?.catch(() => undefined);
    await auditor?.close();
  }

  async terminate(): Promise<void> {
    await Promise.all([...this.#open].map((port) => port.terminate()));
  }

  async #openReader(): Promise<Port<ReaderService>> {
    const reader = this.#start();
    this.#open.add(reader);
    await reader.open(this.file, this.#limits);
    return reader;
  }
}
