/**
 * Copies committed pages from the WAL into the file, in a thread beside the writer: a checkpoint within a commit would delay
 * everything behind it by hundreds of milliseconds.
 */

import type { Port } from '../../threads/thread-port.ts';
import type { JournalLimits } from '../base/limits.ts';
import type { CheckpointService } from './checkpoint-service.ts';
import type { FileSize } from './writer.ts';
import type { WriterService } from './writer-service.ts';

export class Checkpoints {
  readonly #port: Port<CheckpointService>;
  readonly #writer: Port<WriterService>;
  readonly #limits: JournalLimits;
  readonly #onError: (error: unknown) => void;
  #running: Promise<void> | undefined;

  constructor(
    { checkpoints, writer }: { checkpoints: Port<CheckpointService>; writer: Port<WriterService> },
    limits: JournalLimits,
    onError: (error: unknown) => void,
  ) {
    this.#port = checkpoints;
    this.#writer = writer;
    this.#limits = limits;
    this.#onError = onError;
  }

  /** Starts a checkpoint when enough pages have accumulated and none is running. */
  afterCommit({ walPages, checkpointedPages }: FileSize): void {
    if (walPages - checkpointedPages < this.#limits.checkpointPagesMin) return;
    this.#start(walPages >= this.#limits.walPagesMax);
  }

  /** Frees space while the disk is full: a WAL that restarts is reused from its beginning. */
  whileStalled(): void {
    this.#start(true);
  }

  /** Resolves when no checkpoint is running. The caller commits nothing meanwhile. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #start(isWalFull: boolean): void {
    this.#running ??= this.#run(isWalFull)
      .catch(this.#onError)
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #run(isWalFull: boolean): Promise<void> {
    await this.#port.checkpoint();
    if (!isWalFull) return;
    // The WAL restarts only when all its pages are in the file, which can be true only between two commits. The writer copies the
    // last pages itself, because connections that lock each other out wait far longer. A second checkpoint leaves few of them.
    await this.#port.checkpoint();
    await this.#writer.catchUp();
  }
}
