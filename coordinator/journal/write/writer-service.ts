/** The service of the writer's thread. */

import { opened } from '../base/opened.ts';
import type { PruneStep } from './compaction.ts';
import type { RowBatch } from './row-batch.ts';
import { JournalWriter, type WriteOutcome, type WriterOpened, type WriterOptions } from './writer.ts';

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
