/** The roll as the running coordinator knows it now. */

import { tallyOf } from '../../shared/answers/counts.ts';
import { driftsOfSilentNode } from '../../shared/answers/silent-node-drifts.ts';
import type { FitResult } from '../../shared/fit/fit-result.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { EffectiveVerdict } from '../../shared/model/effective-verdict.ts';
import { type NodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Tally } from '../../shared/model/tally.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { AgentRecord } from '../agents/agent-record.ts';
import type { NodePlacements } from '../evaluation/node-placements.ts';
import type { NodeRecord } from '../evaluation/node-store.ts';
import { withUnboundPods } from '../evaluation/reported-pods.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';

export class LiveSnapshot implements ClusterSnapshot {
  readonly asOf: AsOf;
  readonly #context: CoordinatorContext;

  constructor(context: CoordinatorContext) {
    this.#context = context;
    const revision = context.journal.nextRevision - 1;
    this.asOf = { revision, timeMs: context.clock.nowMs(), recordedMs: 0, isFromJournal: false };
  }

  get isSynced(): boolean {
    return this.#context.evaluator.isSynced;
  }

  nodeNames(): Promise<string[]> {
    return Promise.resolve(this.#context.evaluator.table.nodeNames());
  }

  async *nodes(names: readonly string[]): AsyncGenerator<NodeSnapshot> {
    for await (const name of this.#context.scheduler.each(names)) {
      const facts = this.#context.evaluator.table.facts(name);
      if (facts !== undefined) yield new LiveNode(this.#context, facts);
    }
  }

  daemonSets(): Promise<Map<DaemonSetKey, DaemonSetSnapshot>> {
    const { evaluator } = this.#context;
    const daemonSetSnapshot = (key: DaemonSetKey) => new LiveDaemonSet(this.#context, key);
    return Promise.resolve(new Map(evaluator.daemonSets.keys().map((key) => [key, daemonSetSnapshot(key)])));
  }

  tally(keys: readonly DaemonSetKey[]): Promise<Tally> {
    return tallyOf(this, keys);
  }
}

class LiveDaemonSet implements DaemonSetSnapshot {
  readonly key: DaemonSetKey;
  readonly #context: CoordinatorContext;

  constructor(context: CoordinatorContext, key: DaemonSetKey) {
    this.#context = context;
    this.key = key;
  }

  get placed() {
    return this.#context.evaluator.table.daemonSet(this.key) ?? null;
  }

  get warnings(): ManifestProblem[] {
    return [...this.#context.evaluator.daemonSets.warnings(this.key), ...placementWarnings(this)];
  }

  get rejections(): ManifestProblem[] {
    const { evaluator } = this.#context;
    return [...evaluator.daemonSets.rejections(this.key), ...this.#problemsOfFile()];
  }

  /** What is wrong with the file that a version in force came from, so that its answer shows that it may be old. */
  #problemsOfFile(): ManifestProblem[] {
    const file = fileOf(this.placed?.record.source ?? '');
    if (file === '') return [];
    return this.#context.evaluator.problems.filter(({ source }) => fileOf(source) === file);
  }
}

/** What its placement rules say that was hardly meant. */
export function placementWarnings({ placed }: Pick<DaemonSetSnapshot, 'placed'>): ManifestProblem[] {
  const source = placed?.record.source ?? '';
  const warnings = placed?.compiled.warnings ?? [];
  return warnings.map(({ code, fieldPath, message }) => ({ code, fieldPath, message, source }));
}

/** Without the line. */
function fileOf(source: string): string {
  return source.replace(/(:\d+)+$/, '');
}

class LiveNode implements NodeSnapshot {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly factsRevision = 0;
  readonly #context: CoordinatorContext;
  readonly #placements: NodePlacements | undefined;

  constructor(context: CoordinatorContext, facts: NodeFacts) {
    this.#context = context;
    this.#placements = context.evaluator.table.placementsOn(facts.name);
    this.facts = facts;
    this.name = facts.name;
  }

  get object(): Node {
    return this.#context.evaluator.table.node(this.name) ?? nodeFromFacts(this.facts);
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
    return this.#context.sessions.presence(this.name);
  }

  get lastSeenMs(): number {
    return this.#agent?.lastSeenMs ?? 0;
  }

  get hasAcknowledged(): boolean {
    return this.#context.sessions.hasAcknowledged(this.name);
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
    return this.#context.evaluator.fits.onNode(this.name);
  }

  get #record(): NodeRecord | undefined {
    return this.#context.evaluator.nodes.get(this.name);
  }

  get #agent(): AgentRecord | undefined {
    return this.#context.sessions.agent(this.name);
  }
}
