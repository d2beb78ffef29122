/**
 * Moves what was committed from the WAL into the file itself, beside the writer and not in its way:
 * a checkpoint within a commit would hold up everything behind it for some hundred milliseconds.
 */

import type { Port } from '../../threads/thread-port.ts';
import type { JournalLimits } from '../limits.ts';
import type { FileSize } from './writer.ts';
import type { CheckpointService, WriterService } from './writer-service.ts';

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

  /** Starts a checkpoint if enough has gathered and none is under way. */
  afterCommit({ walPages, checkpointedPages }: FileSize): void {
    if (walPages - checkpointedPages < this.#limits.checkpointPagesMin) return;
    this.#start(walPages >= this.#limits.walPagesMax);
  }

  /** While there is no room to write: a WAL that is started afresh is room. */
  whileStalled(): void {
    this.#start(true);
  }

  /** Resolves once none is under way; nothing may be committed meanwhile. */
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
    // Only between two commits can everything be in the file, and then the WAL begins afresh by itself. The writer sees to that
    // itself, since two connections that lock each other out would wait far longer; a second checkpoint leaves it little to do.
    await this.#port.checkpoint();
    await this.#writer.catchUp();
  }
}
