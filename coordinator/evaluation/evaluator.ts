/**
 * Evaluates changes: a fact arrives, the pairs that it can affect are decided again, and only what changed is recorded,
 * with its cause. It publishes nothing (docs/architecture.md, "How a change flows").
 */

import type { Clock } from '../../shared/clock.ts';
import type { CoordinatorEvent, Trigger } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { type ManifestProblem, problemSentence } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { PairChange } from '../../shared/model/pair-change.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import type { AppliedDaemonSet, AppliedNode, ClusterListener, RejectedDaemonSet } from '../cluster/cluster-source.ts';
import type { JournalState } from '../journal/read/journal-state.ts';
import { SOURCE_PROBLEMS_KEPT_MAX } from '../limits.ts';
import type { Counters } from './counters.ts';
import { DaemonSetStore } from './daemon-set-store.ts';
import { DecisionRecorder, type RecordedChanges, type Recorder } from './decision-recorder.ts';
import { FitTable } from './fit-table.ts';
import { NodeStore } from './node-store.ts';
import { PlacementTable } from './placement-table.ts';

export interface EvaluationListener {
  /** The assignments of these nodes may have changed. */
  nodesChanged(names: Iterable<string>): void;
  /** The node was removed from the inventory. */
  nodeRemoved(name: string): void;
}

export interface EvaluatorOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly listener: EvaluationListener;
  /** Whether the agent of the node is present. While it is, it provides the facts of the node instead of the source. */
  readonly isPresent: (node: string) => boolean;
  /** Whether the source provides a node inventory. If not, every node whose agent reports is in the inventory. */
  readonly hasInventory: boolean;
}

export class Evaluator implements ClusterListener {
  readonly table: PlacementTable;
  readonly daemonSets: DaemonSetStore;
  readonly nodes: NodeStore;
  readonly fits: FitTable;
  readonly #decisions: DecisionRecorder;
  readonly #listener: EvaluationListener;
  readonly #hasInventory: boolean;
  /** Restored from the journal, and not listed by the source since the start. */
  readonly #unconfirmed = { nodes: new Set<string>(), daemonSets: new Set<DaemonSetKey>() };
  #isSynced = false;
  readonly #waitForSync: Promise<void>;
  #announceSynced: () => void = () => {};
  #problems: readonly ManifestProblem[] = [];

  constructor({ recorder, clock, counters, listener, isPresent, hasInventory }: EvaluatorOptions) {
    const table = new PlacementTable(counters, clock);
    const nodesChanged = (names: Iterable<string>) => listener.nodesChanged(names);
    this.#decisions = new DecisionRecorder({ table, recorder, clock, nodesChanged });
    this.table = table;
    this.daemonSets = new DaemonSetStore(table, this.#decisions, nodesChanged);
    this.nodes = new NodeStore({ table, recorder: this.#decisions, counters, isPresent, nodesChanged });
    this.fits = new FitTable(table, this.nodes);
    this.#waitForSync = new Promise((resolve) => {
      this.#announceSynced = resolve;
    });
    this.#listener = listener;
    this.#hasInventory = hasInventory;
  }

  /** See DecisionRecorder.onRecorded. */
  onRecorded(listener: (recorded: RecordedChanges) => void): void {
    this.#decisions.onRecorded(listener);
  }

  /** Restores the state in which the previous coordinator ended, and records the start. */
  start(state: JournalState): void {
    this.nodes.restore(state);
    this.daemonSets.restore(state);
    const ended: PairChange[] = [];
    for (const { node, daemonSet, verdict, effectiveRevision, sinceMs } of state.placements) {
      if (this.table.restore(node, daemonSet, { verdict, effectiveRevision, sinceMs })) continue;
      ended.push({ node, daemonSet, from: verdict, to: null });
    }
    const [newest] = state.removedDaemonSets;
    if (newest !== undefined) this.table.markAllChanged(newest.removedRevision);
    for (const key of this.daemonSets.keys()) this.#unconfirmed.daemonSets.add(key);
    for (const name of this.#hasInventory ? this.table.nodeNames() : []) this.#unconfirmed.nodes.add(name);
    this.#recordStart(state.engineVersion, ended);
  }

  /** Records that the coordinator stopped. */
  stop(): void {
    this.#decisions.append([this.#coordinatorEvent('stopped', '')]);
  }

  daemonSetApplied(entry: AppliedDaemonSet): void {
    this.#unconfirmed.daemonSets.delete(entry.key);
    this.daemonSets.apply(entry);
  }

  daemonSetRejected(entry: RejectedDaemonSet): void {
    this.#unconfirmed.daemonSets.delete(entry.key);
    this.daemonSets.reject(entry);
  }

  daemonSetRemoved(key: DaemonSetKey, actor: string): void {
    this.daemonSets.remove(key, actor);
  }

  nodeApplied(entry: AppliedNode): void {
    this.#unconfirmed.nodes.delete(entry.facts.name);
    this.nodes.apply(entry);
  }

  nodeRemoved(name: string, actor: string): void {
    if (this.nodes.remove(name, actor)) this.#listener.nodeRemoved(name);
  }

  unboundPodsChanged(node: string, pods: readonly PodHealth[]): void {
    this.nodes.setUnboundPods(node, pods);
  }

  problemsChanged(problems: readonly ManifestProblem[]): void {
    const before = new Set(this.#problems.map(problemSentence));
    const now = new Set(problems.map(problemSentence));
    const resolved = [...before].filter((text) => !now.has(text)).map((text) => `resolved: ${text}`);
    const details = [...[...now].filter((text) => !before.has(text)), ...resolved];
    this.#problems = problems;
    const events = details.map((detail) => this.#coordinatorEvent('problem', detail, 'node-change'));
    const last = events.pop();
    if (last !== undefined) this.#decisions.append([...events, { ...last, problems: truncated([...now]) }]);
  }

  /**
   * Removes what the source did not list. While some paths cannot be read, nothing is removed, because they might
   * list it.
   */
  synced(unreadPaths: readonly string[]): void {
    if (unreadPaths.length === 0) this.#removeUnconfirmed();
    this.#isSynced = true;
    this.#announceSynced();
  }

  /** DaemonSets whose assignment to the node ended after `revision`; `null` if this is no longer known. */
  endedSince(node: string, revision: number): DaemonSetKey[] | null {
    const removed = this.daemonSets.removedSince(revision);
    return removed && [...this.table.endedAssignmentsSince(node, revision), ...removed];
  }

  /** Whether an agent may connect for this node. */
  isInInventory(name: string): boolean {
    return !this.#hasInventory || this.table.node(name) !== undefined;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves when the source has been read completely for the first time. */
  waitForSync(): Promise<void> {
    return this.#waitForSync;
  }

  /** Current problems of the source that belong to no DaemonSet and no node. */
  get problems(): readonly ManifestProblem[] {
    return this.#problems;
  }

  /** Decides all pairs, or those of one DaemonSet, again; returns how many verdicts changed. */
  reevaluate(actor: string, key?: DaemonSetKey): number {
    const changes = this.table.reevaluate(key);
    this.#decisions.recordDecisions([], changes, { trigger: 'operator', revision: 0, actor });
    return changes.length;
  }

  #removeUnconfirmed(): void {
    for (const key of this.#unconfirmed.daemonSets) this.daemonSetRemoved(key, '');
    for (const name of this.#unconfirmed.nodes) this.nodeRemoved(name, '');
    this.#unconfirmed.daemonSets.clear();
    this.#unconfirmed.nodes.clear();
  }

  /**
   * Decides all pairs once. A coordinator that was killed may have recorded a change without its decisions, and
   * another version of the placement engine may decide differently.
   */
  #recordStart(engineBefore: string | null, ended: readonly PairChange[]): void {
    const upgraded = engineBefore !== null && engineBefore !== PLACEMENT_ENGINE_VERSION;
    const detail = upgraded ? `placement engine upgraded from ${engineBefore} to ${PLACEMENT_ENGINE_VERSION}` : '';
    const trigger = upgraded ? 'engine-upgrade' : 'restart';
    const changes = [...ended, ...this.table.reevaluate()];
    this.#decisions.recordDecisions([], changes, { trigger, revision: 0, actor: '' });
    // Recorded last, because it names the engine behind the current verdicts: after a crash in between, all pairs are decided again.
    this.#decisions.append([this.#coordinatorEvent('started', detail)]);
  }

  #coordinatorEvent(
    action: 'started' | 'stopped' | 'problem',
    detail: string,
    trigger: Trigger = 'restart',
  ): CoordinatorEvent {
    const engineVersion = PLACEMENT_ENGINE_VERSION;
    return { kind: 'coordinator', action, detail, engineVersion, ...this.#decisions.causedBy(trigger, '') };
  }
}

/** Limits the size of the event. */
function truncated(problems: readonly string[]): readonly string[] {
  const more = problems.length - SOURCE_PROBLEMS_KEPT_MAX;
  return more > 0 ? [...problems.slice(0, SOURCE_PROBLEMS_KEPT_MAX), `and ${more} more`] : problems;
}
