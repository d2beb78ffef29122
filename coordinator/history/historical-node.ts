/** A node at a revision, read from the journal part by part, as somebody asks for it. */
import { driftsOfSilentNode } from '../../shared/answers/silent-node-drifts.ts';
import { fitOn } from '../../shared/fit/fit.ts';
import type { FitResult } from '../../shared/fit/fit-result.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { Drift } from '../../shared/model/drift.ts';
import { type NodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { assignmentOf } from '../evaluation/node-placements.ts';
import { isSelected } from '../evaluation/node-row.ts';
import type { AgentAt, NodeAt } from '../journal/read/historical-state.ts';
import type { EffectivePlacement } from '../journal/read/journal-state.ts';
import type { ReaderService } from '../journal/write/writer-service.ts';

/** What is read of a node once somebody asks for it, which for most questions is the smaller part. */
export type NodeReading = Pick<
  ReaderService,
  'isInInventoryAt' | 'nodeAt' | 'agentAt' | 'podsOfNodeAt' | 'placementsOfNodeAt'
>;

/** What a node's pods took is not kept. */
const FIT_THEN = fitOn({ allocatable: {}, usage: null });

/** What is the same for all questions about a node. */
interface Around {
  readonly daemonSets: ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>;
  /** As its agent reported them. */
  readonly drifts: readonly Drift[];
}

export class HistoricalNode implements NodeSnapshot {
  readonly name: string;
  readonly problem = '';
  readonly #at: number;
  readonly #reading: NodeReading;
  readonly #around: Around;
  #node: NodeAt | undefined;
  #agent: AgentAt | null | undefined;
  #pods: readonly PodHealth[] | undefined;
  #placements: ReadonlyMap<DaemonSetKey, EffectivePlacement> | undefined;
  #assignments: readonly Assignment[] | undefined;
  #hasAcknowledged: boolean | undefined;

  /** A node that was on the roll at the revision. */
  constructor(name: string, revision: number, reading: NodeReading, around: Around) {
    this.name = name;
    this.#at = revision;
    this.#reading = reading;
    this.#around = around;
  }

  get facts(): NodeFacts {
    return this.#read.facts;
  }

  get object(): Node {
    return nodeFromFacts(this.facts);
  }

  get origin() {
    return this.#read.origin;
  }

  get source(): string {
    return this.#read.source;
  }

  get observedMs(): number {
    return this.#read.observedMs;
  }

  get factsRevision(): number {
    return this.#read.effectiveRevision;
  }

  get presence(): Presence {
    return presenceOf(this.#agentAt);
  }

  get lastSeenMs(): number {
    return this.#agentAt?.lastSeenMs ?? 0;
  }

  get hasAcknowledged(): boolean {
    this.#hasAcknowledged ??= this.#holdsNewest();
    return this.#hasAcknowledged;
  }

  /** An agent holds its pods against what it acknowledges at once, and where it finds nothing new there is no row of it. */
  get hasReported(): boolean {
    return this.hasAcknowledged;
  }

  get revision(): number {
    return this.assignments.reduce((newest, { effectiveRevision }) => Math.max(newest, effectiveRevision), 0);
  }

  get acknowledgedRevision(): number {
    return this.#agentAt?.acknowledgedRevision ?? 0;
  }

  get isRefusing(): boolean {
    return this.#agentAt?.isRefusing ?? false;
  }

  get pods(): readonly PodHealth[] {
    this.#pods ??= this.#reading.podsOfNodeAt(this.name, this.#at)?.pods ?? [];
    return this.#pods;
  }

  get drifts(): readonly Drift[] {
    return this.presence === 'present' ? this.#around.drifts : driftsOfSilentNode(this);
  }

  get assignments(): readonly Assignment[] {
    this.#assignments ??= [...this.#pairs.values()].flatMap(({ daemonSet, verdict, effectiveRevision }) => {
      const placed = this.#around.daemonSets.get(daemonSet)?.placed;
      return placed && verdict !== 'none'
        ? [assignmentOf(placed.record, verdict, Math.max(effectiveRevision, placed.effectiveRevision))]
        : [];
    });
    return this.#assignments;
  }

  pair(daemonSet: DaemonSetKey): EffectivePlacement | undefined {
    return this.#pairs.get(daemonSet);
  }

  verdict(daemonSet: DaemonSetKey): Verdict | null {
    return this.#pairs.get(daemonSet)?.verdict ?? null;
  }

  isSelected(daemonSet: DaemonSetKey): boolean {
    const verdict = this.#pairs.get(daemonSet)?.verdict;
    const placed = this.#around.daemonSets.get(daemonSet)?.placed;
    return verdict !== undefined && Boolean(placed && isSelected(verdict, placed.compiled, this.object));
  }

  get selectedCount(): number {
    return [...this.#pairs.keys()].filter((daemonSet) => this.isSelected(daemonSet)).length;
  }

  get fits() {
    return (daemonSet: DaemonSetKey): FitResult =>
      FIT_THEN(daemonSet, this.#around.daemonSets.get(daemonSet)?.placed?.record.needs ?? null);
  }

  get #read(): NodeAt {
    this.#node ??= this.#reading.nodeAt(this.name, this.#at);
    if (this.#node === undefined) throw new Error(`node ${this.name} was not on the roll at revision ${this.#at}`);
    return this.#node;
  }

  get #agentAt(): AgentAt | null {
    if (this.#agent === undefined) this.#agent = this.#reading.agentAt(this.name, this.#at);
    return this.#agent;
  }

  get #pairs(): ReadonlyMap<DaemonSetKey, EffectivePlacement> {
    if (this.#placements === undefined) {
      const placements = this.#reading.placementsOfNodeAt(this.name, this.#at);
      this.#placements = new Map(placements.map((placement) => [placement.daemonSet, placement]));
    }
    return this.#placements;
  }

  #holdsNewest(): boolean {
    const agent = this.#agentAt;
    if (agent?.isConnected !== true || agent.digest === '') return false;
    return agent.digest === assignmentDigest(this.assignments).toString('hex');
  }
}

/** What the record says of a node's agent, in a word. */
function presenceOf(agent: AgentAt | null): Presence {
  if (agent === null) return 'never-seen';
  return agent.isPresent ? 'present' : 'absent';
}
