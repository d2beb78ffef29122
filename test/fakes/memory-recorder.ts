/** An in-memory journal whose durability a test controls. Events read back like those of a journal file. */

import { asRecorded } from '../../coordinator/journal/write/row-batch.ts';
import type { Clock } from '../../shared/clock.ts';
import type { JournalEvent, NewEvent } from '../../shared/journal-format/events.ts';

export class MemoryRecorder {
  readonly storeId: string;
  accepting = true;
  readonly #clock: Clock;
  readonly #events: JournalEvent[];
  #durableRevision: number;

  /** `events`: durable events of an earlier journal. */
  constructor({
    clock,
    events = [],
    storeId = 'store-1',
  }: { clock: Clock; events?: readonly JournalEvent[]; storeId?: string }) {
    this.#clock = clock;
    this.#events = [...events];
    this.#durableRevision = events.length;
    this.storeId = storeId;
  }

  get nextRevision(): number {
    return this.#events.length + 1;
  }

  get durableRevision(): number {
    return this.#durableRevision;
  }

  append(events: readonly NewEvent[]): number {
    const first = this.nextRevision;
    for (const event of events) this.#events.push(asRecorded(event, this.nextRevision, this.#clock.nowMs()));
    return first;
  }

  /** Makes events durable up to `revision`; all events by default. */
  commit(revision = this.#events.length): void {
    this.#durableRevision = Math.max(this.#durableRevision, revision);
  }

  /** All appended events, durable or not. */
  get events(): readonly JournalEvent[] {
    return this.#events;
  }

  /** The events that remain after a crash now. */
  get durableEvents(): readonly JournalEvent[] {
    return this.#events.slice(0, this.#durableRevision);
  }

  /** The events of a kind, in order. */
  all<Kind extends JournalEvent['kind']>(kind: Kind): Extract<JournalEvent, { kind: Kind }>[] {
    return this.#events.filter((event): event is Extract<JournalEvent, { kind: Kind }> => event.kind === kind);
  }
}
