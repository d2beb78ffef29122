/**
 * Records a change together with the decisions that it causes, under consecutive revisions, so that every decision
 * names the event that caused it. It publishes nothing (docs/invariants.md, 1).
 */

import type { Clock } from '../../shared/clock.ts';
import type { Cause, DecisionEvent, NewEvent, Trigger } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { PairChange } from '../../shared/model/pair-change.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import type { PlacementTable } from './placement-table.ts';

/** The part of the journal that evaluation uses. Events receive their revisions immediately and become durable later. */
export interface Recorder {
  /** The revision of the next appended event. */
  readonly nextRevision: number;
  /** Returns the revision of the first event. */
  append(events: readonly NewEvent[]): number;
}

/** What was recorded in one turn. It is not durable yet. */
export interface RecordedChanges {
  readonly trigger: Trigger;
  /** The pairs whose verdicts changed. */
  readonly changes: readonly PairChange[];
  /** The DaemonSets that changed. */
  readonly daemonSets: readonly DaemonSetKey[];
}

export interface DecisionRecorderOptions {
  readonly table: PlacementTable;
  readonly recorder: Recorder;
  readonly clock: Clock;
  /** Called when the assignments of these nodes may have changed. */
  readonly nodesChanged: (names: Iterable<string>) => void;
}

export class DecisionRecorder {
  readonly #options: DecisionRecorderOptions;
  #recorded: (recorded: RecordedChanges) => void = () => {};

  constructor(options: DecisionRecorderOptions) {
    this.#options = options;
  }

  /** Calls the listener after each change, in the same turn of the event loop. What it appends then becomes durable with the change. */
  onRecorded(listener: (recorded: RecordedChanges) => void): void {
    this.#recorded = listener;
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
    const daemonSets = before.flatMap((event) => (event.kind === 'daemon-set' ? [event.daemonSet] : []));
    this.#recorded({ trigger: cause.trigger, changes, daemonSets });
  }

  /** The time and the cause of an event; the time is now unless given. */
  causedBy(trigger: Trigger, actor: string, occurredMs = this.nowMs): { occurredMs: number; cause: Cause } {
    return { occurredMs, cause: { trigger, revision: 0, actor } };
  }
}
