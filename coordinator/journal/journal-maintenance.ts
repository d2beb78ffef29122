/** Maintains the journal while it serves: prunes its oldest rows and publishes its head, both periodically. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { Head } from '../../shared/journal-format/verification.ts';
import { PRUNE_FIRST_MS, PRUNE_INTERVAL_MS } from '../limits.ts';
import type { Journal } from './journal.ts';
import type { RetentionGoal } from './maintenance/retention.ts';

/** Stores heads outside the journal, so that an alteration of the journal can be detected. */
export interface HeadPublisher {
  publish(head: Head, storeId: string): Promise<void>;
}

export interface JournalMaintenanceOptions {
  readonly journal: Pick<Journal, 'head' | 'prune' | 'storeId'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** `null`: keep everything. */
  readonly retention: RetentionGoal | null;
  readonly headIntervalMs: number;
  readonly publishers: readonly HeadPublisher[];
}

export class JournalMaintenance {
  readonly #options: JournalMaintenanceOptions;
  #published = 0;
  #isStopped = false;
  #cancelPruning: () => void = () => {};
  #cancelPublishing: () => void = () => {};

  constructor(options: JournalMaintenanceOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#options.retention !== null) this.#pruneAfter(PRUNE_FIRST_MS, this.#options.retention);
    this.#publishRegularly();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelPruning();
    this.#cancelPublishing();
  }

  /** Publishes the newest head unless it is already published. */
  async publishHead(): Promise<void> {
    const { journal, log, publishers } = this.#options;
    const head = journal.head();
    if (head.revision === this.#published) return;
    this.#published = head.revision;
    for (const publisher of publishers) {
      try {
        await publisher.publish(head, journal.storeId);
      } catch (error) {
        log.warn({ err: error, revision: head.revision }, 'failed to publish the head of the journal');
      }
    }
  }

  #pruneAfter(delayMs: number, goal: RetentionGoal): void {
    if (this.#isStopped) return;
    this.#cancelPruning = this.#options.clock.after(delayMs, () => {
      void this.#prune(goal).then(() => this.#pruneAfter(PRUNE_INTERVAL_MS, goal));
    });
  }

  async #prune(goal: RetentionGoal): Promise<void> {
    const { journal, log } = this.#options;
    try {
      const { prunedCount, prunedThrough, usedBytes } = await journal.prune(goal);
      if (prunedCount > 0) log.info({ prunedCount, prunedThrough, usedBytes }, 'journal pruned');
    } catch (error) {
      // Most often the disk is too full even to prune. The next interval tries again.
      if (!this.#isStopped) log.warn({ err: error }, 'failed to prune the journal');
    }
  }

  #publishRegularly(): void {
    if (this.#isStopped) return;
    void this.publishHead();
    this.#cancelPublishing = this.#options.clock.after(this.#options.headIntervalMs, () => this.#publishRegularly());
  }
}

/** Publishes heads in the log, which is collected and stored elsewhere. */
export class LogHeadPublisher implements HeadPublisher {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  publish({ revision, hash }: Head, storeId: string): Promise<void> {
    this.#log.info({ revision, hash, storeId }, 'journal head');
    return Promise.resolve();
  }
}
