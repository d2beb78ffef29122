/**
 * Records every write to the cluster twice: the intent before the request, and the outcome after it. The request is sent only after
 * the intent, and so everything that the intent was decided on, is durable (docs/invariants.md, 13).
 */
import type { Clock } from '../../shared/clock.ts';
import type { Cause, NewEvent, WriteEvent } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ClusterWrite } from '../../shared/model/cluster-write.ts';
import { DETAIL_LENGTH_MAX } from '../limits.ts';

/** The part of the journal that is used here. */
export interface WriteJournal {
  /** Returns the revision of the first event. */
  append(events: readonly NewEvent[]): number;
  /** Resolves when the revision is on disk. */
  durable(revision: number): Promise<void>;
}

export interface Intent {
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly write: ClusterWrite;
  readonly cause: Cause;
}

export interface RecordedIntent extends Intent {
  /** The revision of its row. */
  readonly revision: number;
}

/** The coordinator stops before the intents are durable. Nothing was sent; the next coordinator settles what is recorded of them. */
export class WritesClosedError extends Error {}

export type Outcome = 'succeeded' | 'failed' | 'skipped';

export class JournaledWrites {
  readonly #journal: WriteJournal;
  readonly #clock: Clock;
  readonly #closed: Promise<never>;
  #close: (error: Error) => void = () => {};

  constructor(journal: WriteJournal, clock: Clock) {
    this.#journal = journal;
    this.#clock = clock;
    this.#closed = new Promise((_, reject) => (this.#close = reject));
    // A pass that is waiting handles the rejection; without one, nothing does.
    this.#closed.catch(() => {});
  }

  /** Ends the wait for intents that are not durable yet: a disk that cannot be written must not keep a coordinator from stopping. */
  close(): void {
    this.#close(new WritesClosedError('the coordinator is stopping'));
  }

  /** Resolves when all intents are durable. @throws WritesClosedError if the coordinator stops first */
  async intend(intents: readonly Intent[]): Promise<readonly RecordedIntent[]> {
    if (intents.length === 0) return [];
    const first = this.#journal.append(intents.map((intent) => this.#event(intent, 'intended', intent.cause, '')));
    const recorded = intents.map((intent, index) => ({ ...intent, revision: first + index }));
    await Promise.race([this.#journal.durable(first + intents.length - 1), this.#closed]);
    return recorded;
  }

  /** `message` tells why the write failed or was skipped; otherwise it is `''`. */
  settle(intent: RecordedIntent, outcome: Outcome, message: string): void {
    const cause = { ...intent.cause, revision: intent.revision };
    this.#journal.append([this.#event(intent, outcome, cause, message.slice(0, DETAIL_LENGTH_MAX))]);
  }

  #event({ node, daemonSet, write }: Intent, action: WriteEvent['action'], cause: Cause, message: string): WriteEvent {
    return { kind: 'write', action, node, daemonSet, write, message, occurredMs: this.#clock.nowMs(), cause };
  }
}
