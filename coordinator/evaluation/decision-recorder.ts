/**
 * Records a change together with the decisions that it causes, numbered one after the other, so that
 * every decision names the row that caused it. Nothing is published here (docs/invariants.md, 1).
 */

import type { Clock } from '../../shared/clock.ts';
import type { Cause, DecisionEvent, NewEvent, Trigger } from '../../shared/journal-format/events.ts';
import type { PairChange } from '../../shared/model/pair-change.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import type { PlacementTable } from './placement-table.ts';

/** What evaluation needs of the journal: one row after the other, numbered at once, durable later. */
export interface Recorder {
  /** The revision that the next appended event will get. */
  readonly nextRevision: number;
  /** Returns the revision of the first of them. */
  append(events: readonly NewEvent[]): number;
}

export interface DecisionRecorderOptions {
  readonly table: PlacementTable;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** The assignments of these nodes may have changed. */
  readonly nodesChanged: (names: Iterable<string>) => void;
}

export class DecisionRecorder {
  readonly #options: DecisionRecorderOptions;

  constructor(options: DecisionRecorderOptions) {
    this.#options = options;
  }

  get nowMs(): number {
    return this.#options.clock.nowMs();
  }

  get nextRevision(): number {
    return this.#options.recorder.nextRevision;
  }

  append(events: readonly NewEvent[]): void {
    this.#options.recorder.append(events);
  }

  /** Records an event and then the decisions that it causes. */
  record(event: NewEvent, trigger: Trigger, decide: (revision: number) => PairChange[]): void {
    const revision = this.nextRevision;
    this.recordDecisions([event], decide(revision), { trigger, revision, actor: event.cause.actor });
  }

  recordDecisions(before: readonly NewEvent[], changes: readonly PairChange[], cause: Cause): void {
    const { table, recorder, nodesChanged } = this.#options;
    const nowMs = this.nowMs;
    const engineVersion = PLACEMENT_ENGINE_VERSION;
    const decisions = changes.map(
      (change): DecisionEvent => ({ kind: 'decision', ...change, engineVersion, occurredMs: nowMs, cause }),
    );
    if (before.length + decisions.length === 0) return;
    const revision = recorder.append([...before, ...decisions]) + before.length;
    changes.forEach((change, index) => table.setRevision(change, revision + index, nowMs));
    nodesChanged(new Set(changes.map(({ node }) => node)));
  }

  /** When something happened, now where nobody says otherwise, and what made it. */
  causedBy(trigger: Trigger, actor: string, occurredMs = this.nowMs): { occurredMs: number; cause: Cause } {
    return { occurredMs, cause: { trigger, revision: 0, actor } };
  }
}
