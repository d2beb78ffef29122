/** Queues events in order until they are written, and encodes them as batches. */
import type { JournalEvent, NewEvent } from '../../../shared/journal-format/events.ts';
import type { JournalLimits } from '../base/limits.ts';
import type { RowBatch } from './row-batch.ts';
import { BatchBuilder } from './row-batch.ts';

/** The events of one `append`. */
interface Chunk {
  readonly events: readonly NewEvent[];
  readonly recordedMs: number;
  /** The number of events that are already in a batch. */
  taken: number;
}

export interface QueuedBatch {
  readonly rows: RowBatch;
  readonly lastRevision: number;
  /** When the oldest event of the batch was appended. */
  readonly appendedMs: number;
  events(): JournalEvent[];
}

export class EventQueue {
  readonly #limits: JournalLimits;
  readonly #chunks: Chunk[] = [];
  #nextRevision: number;
  #count = 0;

  /** `nextRevision`: the revision of the first event that is taken. */
  constructor(nextRevision: number, limits: JournalLimits) {
    this.#nextRevision = nextRevision;
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  push(events: readonly NewEvent[], recordedMs: number): void {
    if (events.length === 0) return;
    this.#chunks.push({ events: [...events], recordedMs, taken: 0 });
    this.#count += events.length;
  }

  /** Encodes and returns the next batch. Encoding one batch at a time keeps a large `append` from blocking the event loop. */
  take(): QueuedBatch | undefined {
    const first = this.#chunks[0];
    if (first === undefined) return undefined;
    const { batchEventsMax, batchCharactersMax } = this.#limits;
    const firstRevision = this.#nextRevision;
    const builder = new BatchBuilder(firstRevision, Math.min(this.#count, batchEventsMax));
    const taken: { event: NewEvent; recordedMs: number }[] = [];
    let characters = 0;
    while (taken.length < batchEventsMax && characters < batchCharactersMax) {
      const next = this.#shift();
      if (next === undefined) break;
      characters += builder.add(next.event, next.recordedMs);
      taken.push(next);
    }
    this.#nextRevision += taken.length;
    return {
      rows: builder.finish(),
      lastRevision: firstRevision + taken.length - 1,
      appendedMs: first.recordedMs,
      events: () =>
        taken.map(({ event, recordedMs }, index) => ({ ...event, revision: firstRevision + index, recordedMs })),
    };
  }

  #shift(): { event: NewEvent; recordedMs: number } | undefined {
    const chunk = this.#chunks[0];
    const event = chunk?.events[chunk.taken];
    if (chunk === undefined || event === undefined) return undefined;
    chunk.taken += 1;
    this.#count -= 1;
    if (chunk.taken === chunk.events.length) this.#chunks.shift();
    return { event, recordedMs: chunk.recordedMs };
  }
}
