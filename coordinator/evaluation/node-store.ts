/** The nodes of the roll: their facts and who gave them, what runs on them, and what a change makes of their placements. */

import type { Cause, NewEvent } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { NodeUsage } from '../../shared/model/node-usage.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { AppliedNode } from '../cluster/cluster-source.ts';
import type { JournalState } from '../journal/read/journal-state.ts';
import type { Counters } from './counters.ts';
import type { DecisionRecorder } from './decision-recorder.ts';
import { nodeChanges } from './node-changes.ts';
import type { PlacementTable } from './placement-table.ts';
import { driftChanges, podChanges } from './pod-changes.ts';
import { mergeUnboundPods, type ReportedPods } from './reported-pods.ts';
import { compareResourceVersions } from './resource-version.ts';

export type FactsOrigin = 'agent' | 'inventory';

/** What is known of a node besides its facts and placements. */
export interface NodeRecord {
  origin: FactsOrigin;
  /** Where the facts come from, for people: a file's path, or an API server. */
  source: string;
  observedMs: number;
  /** What the roll last said of the node; `null` until it said anything since the start. */
  snapshot: InventoryEntry | null;
  /** Set while the agent cannot read its source. */
  problem: string;
  pods: readonly PodHealth[];
  drifts: readonly Drift[];
  /** The assignments' revision that the agent held its pods against; 0 when it never did. */
  verifiedRevision: number;
  podsObservedMs: number;
  /** What the agent said of its pods last, since the start. */
  reported: ReportedPods | null;
  /** Daemon pods that are meant for the node and that the scheduler cannot bind to it. */
  unbound: readonly PodHealth[];
  /** What the node's pods take, as its agent last said; `null` until it does. Not journalled: it is asked for again. */
  usage: NodeUsage | null;
}

interface InventoryEntry {
  readonly facts: NodeFacts;
  readonly source: string;
  readonly actor: string;
  readonly readMs: number;
  /** When it changed there, where the roll knows, else when it was read. */
  readonly changedMs: number;
  /** Whether it is newer than what the agent last reported, and counts once the agent is gone. */
  isNewer: boolean;
}

export interface NodeStoreOptions {
  readonly table: PlacementTable;
  readonly recorder: DecisionRecorder;
  readonly counters: Counters;
  /** Whether a live agent speaks for a node; where one does, the roll does not. */
  readonly isPresent: (node: string) => boolean;
  /** The assignments of these nodes may have changed. */
  readonly nodesChanged: (names: Iterable<string>) => void;
}

export class NodeStore {
  readonly #table: PlacementTable;
  readonly #recorder: DecisionRecorder;
  readonly #counters: Counters;
  readonly #isPresent: (node: string) => boolean;
  readonly #nodesChanged: (names: Iterable<string>) => void;
  readonly #nodes = new Map<string, NodeRecord>();

  constructor({ table, recorder, counters, isPresent, nodesChanged }: NodeStoreOptions) {
    this.#table = table;
    this.#recorder = recorder;
    this.#counters = counters;
    this.#isPresent = isPresent;
    this.#nodesChanged = nodesChanged;
  }

  restore({ nodes, pods, drifts }: Pick<JournalState, 'nodes' | 'pods' | 'drifts'>): void {
    for (const { facts, origin, source, observedMs, effectiveRevision } of nodes) {
      this.#table.restoreNode(facts, effectiveRevision);
      this.#nodes.set(facts.name, newNodeRecord(origin, source, observedMs));
    }
    for (const { node, pods: known, verifiedRevision, observedMs } of pods) {
      const record = this.#nodes.get(node);
      if (record) Object.assign(record, { pods: known, verifiedRevision, podsObservedMs: observedMs });
    }
    for (const drift of drifts) {
      const record = this.#nodes.get(drift.node);
      if (record) record.drifts = [...record.drifts, drift];
    }
  }

  get(node: string): NodeRecord | undefined {
    return this.#nodes.get(node);
  }

  /** Whether the agent reported before, and what its pods take was forgotten since (a restart, a silence). */
  isUsageMissing(node: string): boolean {
    const record = this.#nodes.get(node);
    return record !== undefined && record.podsObservedMs > 0 && record.usage === null;
  }

  apply({ facts, source, actor, changedMs }: AppliedNode): void {
    const readMs = this.#recorder.nowMs;
    const entry = { facts, source, actor, readMs, changedMs: changedMs ?? readMs };
    const record = this.#nodes.get(facts.name);
    const known = this.#table.facts(facts.name);
    if (record === undefined || known === undefined) return this.#takeInventory({ ...entry, isNewer: false });
    const isAhead = compareResourceVersions(facts.resourceVersion, known.resourceVersion);
    if (record.origin === 'agent' && isAhead !== null) {
      record.snapshot = { ...entry, isNewer: false };
      if (isAhead > 0 && nodeChanges(known, facts).length > 0) this.#takeInventory(record.snapshot);
      return;
    }
    // After a restart nobody knows what the roll said before the agent spoke, so that it is no news.
    const before = record.origin === 'inventory' ? known : facts;
    const isNews = nodeChanges(record.snapshot?.facts ?? before, facts).length > 0;
    record.snapshot = { ...entry, isNewer: isNews || record.snapshot?.isNewer === true };
    // A live agent that has spoken sees more than a file does.
    const agentSpeaks = record.origin === 'agent' && this.#isPresent(facts.name);
    if (isNews && !agentSpeaks) this.#takeInventory(record.snapshot);
  }

  /** The node's agent is gone: what the roll said since the agent's last report counts now. */
  agentAbsent(node: string): void {
    const record = this.#nodes.get(node);
    if (record) record.usage = null;
    const snapshot = record?.snapshot;
    if (!snapshot?.isNewer) return;
    const before = this.#table.facts(node) ?? null;
    if (nodeChanges(before, snapshot.facts).length > 0) this.#takeInventory(snapshot);
  }

  remove(name: string, actor: string): boolean {
    const before = this.#table.facts(name);
    if (before === undefined) return false;
    const { origin = 'inventory', source = '' } = this.#nodes.get(name) ?? {};
    const event = {
      kind: 'node',
      action: 'removed',
      node: name,
      facts: null,
      origin,
      source,
      changes: nodeChanges(before, null),
      ...this.#recorder.causedBy('node-change', actor),
    } as const;
    this.#nodes.delete(name);
    this.#recorder.record(event, 'node-change', () => this.#table.removeNode(name));
    return true;
  }

  /** Takes an agent's report of its node's facts. */
  report({ facts, source, observedMs, problem }: NodeReport): void {
    this.#counters.nodeReports++;
    const record = this.#nodes.get(facts.name);
    const before = this.#table.facts(facts.name);
    if (record !== undefined) record.problem = problem;
    const isAhead = record?.snapshot
      ? compareResourceVersions(facts.resourceVersion, record.snapshot.facts.resourceVersion)
      : null;
    // The roll has seen more: what the agent says was so before, and it will say the rest.
    if (isAhead !== null && isAhead < 0) {
      this.#counters.nodeReportsUnchanged++;
      return;
    }
    if (record?.snapshot) record.snapshot.isNewer = false;
    const unchanged = before !== undefined && nodeChanges(before, facts).length === 0;
    // Where both watch the same object, it is no news that now the other of the two has seen it.
    if (unchanged && record !== undefined && (record.origin === 'agent' || isAhead !== null)) {
      this.#counters.nodeReportsUnchanged++;
      record.observedMs = observedMs;
      if (record.origin === 'agent') record.source = source;
      return;
    }
    this.#takeFacts(facts, { origin: 'agent', source, observedMs, actor: source, occurredMs: observedMs });
    const taken = this.#nodes.get(facts.name);
    if (taken) taken.problem = problem;
  }

  /** Takes an agent's report of its node's daemon pods and of the node's own answer to the roll. */
  applyPodReport(node: string, report: PodReport): void {
    this.#counters.podReports++;
    const record = this.#nodes.get(node);
    if (record === undefined) return;
    // An agent that holds no assignments yet has held its pods against nothing: that ends no drift.
    const isVerified = report.verifiedRevision > 0;
    record.reported = { pods: report.pods, drifts: isVerified ? report.drifts : record.drifts };
    record.verifiedRevision = report.verifiedRevision;
    record.podsObservedMs = report.observedMs;
    record.usage = report.usage;
    const cause = { trigger: 'node-report', revision: 0, actor: record.source } as const;
    const isNews = this.#settlePods(node, record, record.reported, { occurredMs: report.observedMs, cause });
    if (!isNews) this.#counters.podReportsUnchanged++;
  }

  /** Takes which daemon pods wait to be bound to the node; together with what its agent said, once it has. */
  setUnboundPods(node: string, unbound: readonly PodHealth[]): void {
    const record = this.#nodes.get(node);
    if (record === undefined) return;
    record.unbound = unbound;
    if (record.reported === null) return;
    this.#settlePods(node, record, record.reported, this.#recorder.causedBy('node-change', ''));
  }

  /** Records how pods and drifts differ from what was known; says whether they do. */
  #settlePods(
    node: string,
    record: NodeRecord,
    said: ReportedPods,
    causedBy: Pick<NewEvent, 'occurredMs' | 'cause'>,
  ): boolean {
    const { pods, drifts: reported } = mergeUnboundPods(said, node, record.unbound);
    const changes = podChanges(record.pods, pods);
    const { drifts, changes: drifted } = driftChanges(record.drifts, reported);
    record.drifts = drifts;
    record.pods = pods;
    if (changes.length === 0 && drifted.length === 0) return false;
    const { verifiedRevision } = record;
    const revision = this.#recorder.nextRevision;
    const events: NewEvent[] = [];
    if (changes.length > 0)
      events.push({ kind: 'pod', action: 'changed', node, pods, verifiedRevision, changes, ...causedBy });
    for (const { action, drift } of drifted) {
      const cause = changes.length > 0 ? { ...causedBy.cause, revision } : this.#assignmentCause(node, drift.daemonSet);
      const { occurredMs } = causedBy;
      events.push({ kind: 'drift', action, node, daemonSet: drift.daemonSet, drift, occurredMs, cause });
    }
    this.#recorder.append(events);
    return true;
  }

  /** Where no pod changed, a drift comes and goes with what is assigned: the newest row about the pair. */
  #assignmentCause(node: string, daemonSet: DaemonSetKey): Cause {
    const decided = this.#table.pair(node, daemonSet)?.effectiveRevision ?? 0;
    const changed = this.#table.daemonSet(daemonSet)?.effectiveRevision ?? 0;
    return { trigger: 'node-report', revision: Math.max(decided, changed), actor: '' };
  }

  #takeInventory(snapshot: InventoryEntry): void {
    const { facts, source, actor, readMs: observedMs, changedMs: occurredMs } = snapshot;
    this.#takeFacts(facts, { origin: 'inventory', source, observedMs, actor, occurredMs });
    const record = this.#nodes.get(facts.name);
    if (record) record.snapshot = { ...snapshot, isNewer: false };
  }

  #takeFacts(facts: NodeFacts, { origin, source, observedMs, actor, occurredMs }: Taken): void {
    const before = this.#table.facts(facts.name) ?? null;
    const known = this.#nodes.get(facts.name);
    const changes = nodeChanges(before, facts);
    // Where both watch the same object, who was quicker is in the row, and no change of the node.
    const watchTheSame = compareResourceVersions(facts.resourceVersion, before?.resourceVersion ?? '') !== null;
    if (known && known.origin !== origin && !watchTheSame) {
      changes.push({ field: 'origin', from: known.origin, to: origin });
    }
    const trigger = origin === 'agent' ? 'node-report' : 'node-change';
    const event = {
      kind: 'node',
      action: before ? 'changed' : 'added',
      node: facts.name,
      facts,
      origin,
      source,
      changes,
      occurredMs,
      cause: { trigger, revision: 0, actor },
    } as const;
    if (known) Object.assign(known, { origin, source, observedMs });
    else this.#nodes.set(facts.name, newNodeRecord(origin, source, observedMs));
    this.#recorder.record(event, trigger, (revision) => this.#table.setNode(facts, revision));
    // Also a node that no DaemonSet touches has to hear that it has no assignments.
    if (!known) this.#nodesChanged([facts.name]);
  }
}

/** Who said what is taken, and when. */
interface Taken {
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly observedMs: number;
  readonly actor: string;
  readonly occurredMs: number;
}

function newNodeRecord(origin: FactsOrigin, source: string, observedMs: number): NodeRecord {
  const unknown = {
    snapshot: null,
    problem: '',
    pods: [],
    drifts: [],
    verifiedRevision: 0,
    podsObservedMs: 0,
    usage: null,
    reported: null,
    unbound: [],
  };
  return { origin, source, observedMs, ...unknown };
}
