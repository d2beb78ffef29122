/**
 * The way of a change through the coordinator: a fact arrives, the pairs that it can affect are
 * decided again, and what changed, and only that, is recorded with its cause. Publishing waits for
 * the record (docs/architecture.md, "How a change flows"); nothing here sends anything.
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
import { DecisionRecorder, type Recorder } from './decision-recorder.ts';
import { FitTable } from './fit-table.ts';
import { NodeStore } from './node-store.ts';
import { PlacementTable } from './placement-table.ts';

export interface EvaluationListener {
  /** The assignments of these nodes may have changed. */
  nodesChanged(names: Iterable<string>): void;
  /** The node left the roll. */
  nodeRemoved(name: string): void;
}

export interface EvaluatorOptions {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly listener: EvaluationListener;
  /** Whether a live agent speaks for a node; where one does, the roll does not. */
  readonly isPresent: (node: string) => boolean;
  /** Whether a roll is given. Without one, every node that reports is on it. */
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
  /** What the journal knows and the sources have not named since the start. */
  readonly #unnamed = { nodes: new Set<string>(), daemonSets: new Set<DaemonSetKey>() };
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

  /** Continues from what was in force when the last coordinator ended, and records the start. */
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
    for (const key of this.daemonSets.keys()) this.#unnamed.daemonSets.add(key);
    for (const name of this.#hasInventory ? this.table.nodeNames() : []) this.#unnamed.nodes.add(name);
    this.#recordStart(state.engineVersion, ended);
  }

  /** Records that the coordinator ends in good order. */
  stop(): void {
    this.#decisions.append([this.#lifeEvent('stopped', '')]);
  }

  daemonSetApplied(entry: AppliedDaemonSet): void {
    this.#unnamed.daemonSets.delete(entry.key);
    this.daemonSets.apply(entry);
  }

  daemonSetRejected(entry: RejectedDaemonSet): void {
    this.#unnamed.daemonSets.delete(entry.key);
    this.daemonSets.reject(entry);
  }

  daemonSetRemoved(key: DaemonSetKey, actor: string): void {
    this.daemonSets.remove(key, actor);
  }

  nodeApplied(entry: AppliedNode): void {
    this.#unnamed.nodes.delete(entry.facts.name);
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
    const went = [...before].filter((text) => !now.has(text)).map((text) => `no longer: ${text}`);
    const details = [...[...now].filter((text) => !before.has(text)), ...went];
    this.#problems = problems;
    const rows = details.map((detail) => this.#lifeEvent('problem', detail, 'node-change'));
    const last = rows.pop();
    if (last !== undefined) this.#decisions.append([...rows, { ...last, problems: kept([...now]) }]);
  }

  /**
   * Whatever the sources did not name by now does not exist any more; but while a part of them cannot
   * be read, nobody can say what it would have named, and everything stays.
   */
  synced(unreadPaths: readonly string[]): void {
    if (unreadPaths.length === 0) this.#removeUnnamed();
    this.#isSynced = true;
    this.#announceSynced();
  }

  /** DaemonSets whose assignment on the node ended after `revision`; `null` when nobody knows any more. */
  endedSince(node: string, revision: number): DaemonSetKey[] | null {
    const removed = this.daemonSets.removedSince(revision);
    return removed && [...this.table.endedAssignmentsSince(node, revision), ...removed];
  }

  /** Whether an agent may answer for this node. */
  isInInventory(name: string): boolean {
    return !this.#hasInventory || this.table.node(name) !== undefined;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Resolves once every source has been read. */
  waitForSync(): Promise<void> {
    return this.#waitForSync;
  }

  /** Everything wrong with the sources right now that is nobody's DaemonSet or node. */
  get problems(): readonly ManifestProblem[] {
    return this.#problems;
  }

  /** Decides everything, or one DaemonSet, afresh; returns how many verdicts changed. */
  reevaluate(actor: string, key?: DaemonSetKey): number {
    const changes = this.table.reevaluate(key);
    this.#decisions.recordDecisions([], changes, { trigger: 'operator', revision: 0, actor });
    return changes.length;
  }

  #removeUnnamed(): void {
    for (const key of this.#unnamed.daemonSets) this.daemonSetRemoved(key, '');
    for (const name of this.#unnamed.nodes) this.nodeRemoved(name, '');
    this.#unnamed.daemonSets.clear();
    this.#unnamed.nodes.clear();
  }

  /**
   * Decides all pairs once: of a change and its decisions, a coordinator that was killed may have
   * recorded the first only; and another engine may decide otherwise.
   */
  #recordStart(engineBefore: string | null, ended: readonly PairChange[]): void {
    const upgraded = engineBefore !== null && engineBefore !== PLACEMENT_ENGINE_VERSION;
    const detail = upgraded ? `placement engine ${engineBefore} became ${PLACEMENT_ENGINE_VERSION}` : '';
    const trigger = upgraded ? 'engine-upgrade' : 'restart';
    const changes = [...ended, ...this.table.reevaluate()];
    this.#decisions.recordDecisions([], changes, { trigger, revision: 0, actor: '' });
    // Last, because its row says which engine decided what is in force: a crash in between decides again.
    this.#decisions.append([this.#lifeEvent('started', detail)]);
  }

  #lifeEvent(
    action: 'started' | 'stopped' | 'problem',
    detail: string,
    trigger: Trigger = 'restart',
  ): CoordinatorEvent {
    const engineVersion = PLACEMENT_ENGINE_VERSION;
    return { kind: 'coordinator', action, detail, engineVersion, ...this.#decisions.causedBy(trigger, '') };
  }
}

/** A row stays small, however much is wrong. */
function kept(problems: readonly string[]): readonly string[] {
  const more = problems.length - SOURCE_PROBLEMS_KEPT_MAX;
  return more > 0 ? [...problems.slice(0, SOURCE_PROBLEMS_KEPT_MAX), `and ${more} more`] : problems;
}
