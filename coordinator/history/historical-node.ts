/** A node at a revision. Each part is read from the journal when it is first used. */
import { driftsOfSilentNode } from '../../shared/answers/silent-node-drifts.ts';
import { fitOn } from '../../shared/fit/fit.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { FitResult } from '../../shared/model/fit-result.ts';
import { type NodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { assignmentOf } from '../evaluation/node-placements.ts';
import { isSelected } from '../evaluation/node-row.ts';
import type { AgentAt, NodeAt } from '../journal/read/historical-state.ts';
import type { EffectivePlacement } from '../journal/read/journal-state.ts';
import type { ReaderService } from '../journal/read/reader-service.ts';

/** Reads single parts of a node; most queries need only a few. */
export type NodeReader = Pick<
  ReaderService,
  'isInInventoryAt' | 'nodeAt' | 'agentAt' | 'podsOfNodeAt' | 'placementsOfNodeAt'
>;

/** The journal does not keep what the pods of a node used, so whether a pod fits is unknown. */
const UNKNOWN_FIT = fitOn({ allocatable: {}, usage: null });

/** Parts that were read for all nodes together. */
interface SharedParts {
  readonly daemonSets: ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>;
  /** As the agent of the node reported them. */
  readonly drifts: readonly Drift[];
}

export class HistoricalNode implements NodeSnapshot {
  readonly name: string;
  readonly problem = '';
  readonly #at: number;
  readonly #reader: NodeReader;
  readonly #shared: SharedParts;
  #node: NodeAt | undefined;
  #agent: AgentAt | null | undefined;
  #pods: readonly PodHealth[] | undefined;
  #placements: ReadonlyMap<DaemonSetKey, EffectivePlacement> | undefined;
  #assignments: readonly Assignment[] | undefined;
  #hasAcknowledged: boolean | undefined;

  /** `name`: a node that existed at the revision. */
  constructor(name: string, revision: number, reader: NodeReader, shared: SharedParts) {
    this.name = name;
    this.#at = revision;
    this.#reader = reader;
    this.#shared = shared;
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

  /** An agent verifies its pods when it acknowledges assignments, and reports only what has changed, so there may be no event. */
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
    this.#pods ??= this.#reader.podsOfNodeAt(this.name, this.#at)?.pods ?? [];
    return this.#pods;
  }

  get drifts(): readonly Drift[] {
    return this.presence === 'present' ? this.#shared.drifts : driftsOfSilentNode(this);
  }

  get assignments(): readonly Assignment[] {
    this.#assignments ??= [...this.#pairs.values()].flatMap(({ daemonSet, verdict, effectiveRevision }) => {
      const placed = this.#shared.daemonSets.get(daemonSet)?.placed;
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
    const placed = this.#shared.daemonSets.get(daemonSet)?.placed;
    return verdict !== undefined && Boolean(placed && isSelected(verdict, placed.compiled, this.object));
  }

  get selectedCount(): number {
    return [...this.#pairs.keys()].filter((daemonSet) => this.isSelected(daemonSet)).length;
  }

  get fits() {
    return (daemonSet: DaemonSetKey): FitResult =>
      UNKNOWN_FIT(daemonSet, this.#shared.daemonSets.get(daemonSet)?.placed?.record.needs ?? null);
  }

  get #read(): NodeAt {
    this.#node ??= this.#reader.nodeAt(this.name, this.#at);
    if (this.#node === undefined) throw new Error(`node ${this.name} did not exist at revision ${this.#at}`);
    return this.#node;
  }

  get #agentAt(): AgentAt | null {
    if (this.#agent === undefined) this.#agent = this.#reader.agentAt(this.name, this.#at);
    return this.#agent;
  }

  get #pairs(): ReadonlyMap<DaemonSetKey, EffectivePlacement> {
    if (this.#placements === undefined) {
      const placements = this.#reader.placementsOfNodeAt(this.name, this.#at);
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

function presenceOf(agent: AgentAt | null): Presence {
  if (agent === null) return 'never-seen';
  return agent.isPresent ? 'present' : 'absent';
}
