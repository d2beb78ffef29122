/** The cluster as the running coordinator knows it now. */

import { tallyOf } from '../../shared/answers/counts.ts';
import { driftsOfSilentNode } from '../../shared/answers/silent-node-drifts.ts';
import type { Clock } from '../../shared/clock.ts';
import type { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { EffectiveVerdict } from '../../shared/model/effective-verdict.ts';
import type { FitResult } from '../../shared/model/fit-result.ts';
import { type NodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Tally } from '../../shared/model/tally.ts';
import { placementWarnings } from '../../shared/placement/placement-warnings.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { AgentRecord } from '../agents/agent-record.ts';
import type { AgentSessions } from '../agents/agent-sessions.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { NodePlacements } from '../evaluation/node-placements.ts';
import type { NodeRecord } from '../evaluation/node-store.ts';
import { withUnboundPods } from '../evaluation/reported-pods.ts';

/** What a snapshot reads of the running coordinator. */
export interface LiveState {
  readonly evaluation: LiveEvaluation;
  readonly agents: LiveAgents;
  readonly journal: { readonly nextRevision: number };
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly scheduler: CooperativeScheduler;
}

export interface LiveEvaluation {
  readonly isSynced: boolean;
  readonly problems: readonly ManifestProblem[];
  readonly table: Pick<Evaluator['table'], 'nodeNames' | 'facts' | 'node' | 'placementsOn' | 'daemonSet'>;
  readonly nodes: Pick<Evaluator['nodes'], 'get'>;
  readonly daemonSets: Pick<Evaluator['daemonSets'], 'keys' | 'warnings' | 'rejections'>;
  readonly fits: Pick<Evaluator['fits'], 'onNode'>;
}

export type LiveAgents = Pick<AgentSessions, 'presence' | 'hasAcknowledged' | 'agent'>;

export class LiveSnapshot implements ClusterSnapshot {
  readonly asOf: AsOf;
  readonly #state: LiveState;

  constructor(state: LiveState) {
    this.#state = state;
    const revision = state.journal.nextRevision - 1;
    this.asOf = { revision, timeMs: state.clock.nowMs(), recordedMs: 0, isFromJournal: false };
  }

  get isSynced(): boolean {
    return this.#state.evaluation.isSynced;
  }

  nodeNames(): Promise<string[]> {
    return Promise.resolve(this.#state.evaluation.table.nodeNames());
  }

  async *nodes(names: readonly string[]): AsyncGenerator<NodeSnapshot> {
    for await (const name of this.#state.scheduler.each(names)) {
      const facts = this.#state.evaluation.table.facts(name);
      if (facts !== undefined) yield new LiveNode(this.#state, facts);
    }
  }

  daemonSets(): Promise<Map<DaemonSetKey, DaemonSetSnapshot>> {
    const { evaluation } = this.#state;
    const daemonSetSnapshot = (key: DaemonSetKey) => new LiveDaemonSet(this.#state, key);
    return Promise.resolve(new Map(evaluation.daemonSets.keys().map((key) => [key, daemonSetSnapshot(key)])));
  }

  tally(keys: readonly DaemonSetKey[]): Promise<Tally> {
    return tallyOf(this, keys);
  }
}

class LiveDaemonSet implements DaemonSetSnapshot {
  readonly key: DaemonSetKey;
  readonly #state: LiveState;

  constructor(state: LiveState, key: DaemonSetKey) {
    this.#state = state;
    this.key = key;
  }

  get placed() {
    return this.#state.evaluation.table.daemonSet(this.key) ?? null;
  }

  get warnings(): ManifestProblem[] {
    const { placed } = this;
    const ofPlacement = placementWarnings(placed?.compiled.warnings ?? [], placed?.record.source ?? '');
    return [...this.#state.evaluation.daemonSets.warnings(this.key), ...ofPlacement];
  }

  get rejections(): ManifestProblem[] {
    const { evaluation } = this.#state;
    return [...evaluation.daemonSets.rejections(this.key), ...this.#problemsOfFile()];
  }

  /** Problems of the file from which the version in force was read: that version may be outdated. */
  #problemsOfFile(): ManifestProblem[] {
    const file = fileOf(this.placed?.record.source ?? '');
    if (file === '') return [];
    return this.#state.evaluation.problems.filter(({ source }) => fileOf(source) === file);
  }
}

/** Removes the line number. */
function fileOf(source: string): string {
  return source.replace(/(:\d+)+$/, '');
}

class LiveNode implements NodeSnapshot {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly factsRevision = 0;
  readonly #state: LiveState;
  readonly #placements: NodePlacements | undefined;

  constructor(state: LiveState, facts: NodeFacts) {
    this.#state = state;
    this.#placements = state.evaluation.table.placementsOn(facts.name);
    this.facts = facts;
    this.name = facts.name;
  }

  get object(): Node {
    return this.#state.evaluation.table.node(this.name) ?? nodeFromFacts(this.facts);
  }

  get origin() {
    return this.#record?.origin ?? '';
  }

  get source(): string {
    return this.#record?.source ?? '';
  }

  get observedMs(): number {
    return this.#record?.observedMs ?? 0;
  }

  get problem(): string {
    return this.#record?.problem ?? '';
  }

  get presence(): Presence {
    return this.#state.agents.presence(this.name);
  }

  get lastSeenMs(): number {
    return this.#agent?.lastSeenMs ?? 0;
  }

  get hasAcknowledged(): boolean {
    return this.#state.agents.hasAcknowledged(this.name);
  }

  get hasReported(): boolean {
    const held = this.#agent?.session?.held;
    const record = this.#record;
    if (!held || record === undefined || !this.hasAcknowledged) return false;
    return record.podsObservedMs > 0 && record.verifiedRevision >= held.revision;
  }

  get revision(): number {
    return this.#placements?.newestRevision ?? 0;
  }

  get acknowledgedRevision(): number {
    return this.#agent?.acknowledged?.revision ?? 0;
  }

  get isRefusing(): boolean {
    return Boolean(this.#agent?.session?.lastRefusal);
  }

  get pods(): readonly PodHealth[] {
    const { pods = [], unbound = [] } = this.#record ?? {};
    return withUnboundPods(pods, unbound);
  }

  get drifts(): readonly Drift[] {
    return this.presence === 'present' ? (this.#record?.drifts ?? []) : driftsOfSilentNode(this);
  }

  get assignments(): readonly Assignment[] {
    return this.#placements?.assignments ?? [];
  }

  pair(daemonSet: DaemonSetKey): EffectiveVerdict | undefined {
    return this.#placements?.pair(daemonSet);
  }

  verdict(daemonSet: DaemonSetKey): Verdict | null {
    return this.#placements?.verdict(daemonSet) ?? null;
  }

  isSelected(daemonSet: DaemonSetKey): boolean {
    return this.#placements?.isSelected(daemonSet) ?? false;
  }

  get selectedCount(): number {
    return this.#placements?.selectedCount ?? 0;
  }

  get fits(): (daemonSet: DaemonSetKey) => FitResult {
    return this.#state.evaluation.fits.onNode(this.name);
  }

  get #record(): NodeRecord | undefined {
    return this.#state.evaluation.nodes.get(this.name);
  }

  get #agent(): AgentRecord | undefined {
    return this.#state.agents.agent(this.name);
  }
}
