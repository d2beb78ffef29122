/**
 * Publishes what the coordinator decided to any number of subscribers, in order, and only after the journal has
 * committed it (docs/invariants.md, 1). No subscriber delays another one, and none can make the coordinator fail.
 */
import type { DecisionEvent, JournalEvent } from '../../shared/journal-format/events.ts';
import type { Logger } from '../../shared/logging.ts';
import { DECISION_BACKLOG_MAX } from '../limits.ts';

export type DurableDecision = JournalEvent & DecisionEvent;

/** What became durable since the previous call to the same subscriber. */
export interface DecisionBatch {
  /** Every event up to this revision is durable. */
  readonly revision: number;
  /** The decisions among these events, in order of revision; may be empty. */
  readonly decisions: readonly DurableDecision[];
  /**
   * Whether decisions before these were dropped, because the subscriber was too slow or failed on them. The
   * subscriber must then read the current state instead of following the changes.
   */
  readonly hasGap: boolean;
}

export interface DecisionSubscriber {
  /** Identifies the subscriber in log messages. */
  readonly name: string;
  /** Called with one batch at a time; the next batch waits for the returned promise. */
  decided(batch: DecisionBatch): void | Promise<void>;
}

export class DecisionStream {
  readonly #log: Logger;
  readonly #subscriptions = new Set<Subscription>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Delivers every batch from now on; returns a function that ends the subscription. */
  subscribe(subscriber: DecisionSubscriber): () => void {
    const subscription = new Subscription(subscriber, this.#log);
    this.#subscriptions.add(subscription);
    return () => {
      this.#subscriptions.delete(subscription);
      subscription.end();
    };
  }

  /** Takes the events of one commit; `revision` is the last of them. */
  publish(revision: number, events: readonly JournalEvent[]): void {
    const decisions = events.filter((event) => event.kind === 'decision');
    for (const subscription of this.#subscriptions) subscription.add(revision, decisions);
  }
}

/** What waits for one subscriber. Batches that arrive while it is busy are merged into one. */
class Subscription {
  readonly #subscriber: DecisionSubscriber;
  readonly #log: Logger;
  #revision = 0;
  #decisions: DurableDecision[] = [];
  #hasGap = false;
  #isWaiting = false;
  #isBusy = false;
  #isEnded = false;

  constructor(subscriber: DecisionSubscriber, log: Logger) {
    this.#subscriber = subscriber;
    this.#log = log;
  }

  add(revision: number, decisions: readonly DurableDecision[]): void {
    this.#revision = revision;
    this.#isWaiting = true;
    if (this.#isBusy && this.#decisions.length + decisions.length > DECISION_BACKLOG_MAX) this.#drop(decisions.length);
    else for (const decision of decisions) this.#decisions.push(decision);
    if (!this.#isBusy) void this.#deliver();
  }

  end(): void {
    this.#isEnded = true;
    this.#decisions = [];
  }

  /** Calls the subscriber synchronously if it is idle, so that a fast subscriber sees a commit without delay. */
  async #deliver(): Promise<void> {
    this.#isBusy = true;
    while (this.#isWaiting && !this.#isEnded) {
      const batch = { revision: this.#revision, decisions: this.#decisions, hasGap: this.#hasGap };
      this.#isWaiting = false;
      this.#decisions = [];
      this.#hasGap = false;
      try {
        const done = this.#subscriber.decided(batch);
        if (done !== undefined) await done;
      } catch (error) {
        this.#hasGap = true;
        const { name: subscriber } = this.#subscriber;
        this.#log.error(
          { err: error, subscriber, revision: batch.revision },
          'a subscriber failed to process decisions',
        );
      }
    }
    this.#isBusy = false;
  }

  #drop(newCount: number): void {
    const droppedCount = this.#decisions.length + newCount;
    if (!this.#hasGap) {
      const { name: subscriber } = this.#subscriber;
      this.#log.warn({ subscriber, droppedCount }, 'a subscriber is too slow; it has to read the current state');
    }
    this.#decisions = [];
    this.#hasGap = true;
  }
}
