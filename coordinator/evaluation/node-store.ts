/** Stores the nodes of the inventory with their facts, pods and drifts, and records each change with the decisions that it causes. */

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

/** The state of a node besides its facts and placements. */
export interface NodeRecord {
  origin: FactsOrigin;
  /** The origin of the facts for people: the path of a file, or the URL of an API server. */
  source: string;
  observedMs: number;
  /** The newest entry of the source about this node; `null` until the source has listed it since the start. */
  inventory: InventoryEntry | null;
  /** Why the agent cannot read its source; empty if it can. */
  problem: string;
  pods: readonly PodHealth[];
  drifts: readonly Drift[];
  /** The revision of the assignments with which the agent compared its pods; 0 if it never did. */
  verifiedRevision: number;
  podsObservedMs: number;
  /** The newest report of the agent about its pods since the start. */
  reported: ReportedPods | null;
  /** Daemon pods for this node that the scheduler has not bound yet. The journal records those that it failed to bind. */
  unbound: readonly PodHealth[];
  /** Resource usage of the node's pods; `null` until the agent reports it. Not recorded in the journal, but requested again. */
  usage: NodeUsage | null;
}

interface InventoryEntry {
  readonly facts: NodeFacts;
  readonly source: string;
  readonly actor: string;
  readonly readMs: number;
  /** When the node changed in the source, if known; otherwise when it was read. */
  readonly changedMs: number;
  /** Whether it changed after the last report of the agent, and so applies when the agent is absent. */
  isNewer: boolean;
}

export interface NodeStoreOptions {
  readonly table: PlacementTable;
  readonly recorder: DecisionRecorder;
  readonly counters: Counters;
  /** Whether the agent of the node is present. While it is, it provides the facts of the node instead of the source. */
  readonly isPresent: (node: string) => boolean;
  /** Called when the assignments of these nodes may have changed. */
  readonly nodesChanged: (names: Iterable<string>) => void;
}

export class NodeStore {
  readonly #table: PlacementTable;
  readonly #recorder: DecisionRecorder;
  readonly #counters: Counters;
  readonly #isPresent: (node: string) => boolean;
  readonly #nodesChanged: (names: Iterable<string>) => void;
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #unbound = new Map<string, readonly PodHealth[]>();

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
      this.#addRecord(facts.name, newNodeRecord(origin, source, observedMs));
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

  /** Whether the agent has reported before and its usage was lost since, in a restart or while it was absent. */
  isUsageMissing(node: string): boolean {
    const record = this.#nodes.get(node);
    return record !== undefined && record.podsObservedMs > 0 && record.usage === null;
  }

  apply({ facts, source, actor, changedMs }: AppliedNode): void {
    const readMs = this.#recorder.nowMs;
    const entry = { facts, source, actor, readMs, changedMs: changedMs ?? readMs };
    const record = this.#nodes.get(facts.name);
    const known = this.#table.facts(facts.name);
    if (record === undefined || known === undefined) return this.#applyInventory({ ...entry, isNewer: false });
    const comparison = compareResourceVersions(facts.resourceVersion, known.resourceVersion);
    if (record.origin === 'agent' && comparison !== null) {
      record.inventory = { ...entry, isNewer: false };
      if (comparison > 0 && nodeChanges(known, facts).length > 0) this.#applyInventory(record.inventory);
      return;
    }
    // After a restart it is unknown what the source listed before the report of the agent, so this does not count as a change.
    const before = record.origin === 'inventory' ? known : facts;
    const hasChanged = nodeChanges(record.inventory?.facts ?? before, facts).length > 0;
    record.inventory = { ...entry, isNewer: hasChanged || record.inventory?.isNewer === true };
    // A present agent that has reported is better informed than a file.
    const isAgentInCharge = record.origin === 'agent' && this.#isPresent(facts.name);
    if (hasChanged && !isAgentInCharge) this.#applyInventory(record.inventory);
  }

  /** The agent of the node became absent: changes in the source since its last report apply now. */
  agentAbsent(node: string): void {
    const record = this.#nodes.get(node);
    if (record) record.usage = null;
    const inventory = record?.inventory;
    if (!inventory?.isNewer) return;
    const before = this.#table.facts(node) ?? null;
    if (nodeChanges(before, inventory.facts).length > 0) this.#applyInventory(inventory);
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

  /** Applies an agent's report about the facts of its node. */
  applyReport({ facts, source, observedMs, problem }: NodeReport): void {
    this.#counters.nodeReports++;
    const record = this.#nodes.get(facts.name);
    const before = this.#table.facts(facts.name);
    if (record !== undefined) record.problem = problem;
    const comparison = record?.inventory
      ? compareResourceVersions(facts.resourceVersion, record.inventory.facts.resourceVersion)
      : null;
    // The source is ahead of the agent, which will report the same change later.
    if (comparison !== null && comparison < 0) {
      this.#counters.nodeReportsUnchanged++;
      return;
    }
    if (record?.inventory) record.inventory.isNewer = false;
    const unchanged = before !== undefined && nodeChanges(before, facts).length === 0;
    // If both watch the same object, it is not a change that the other one of them has seen it now.
    if (unchanged && record !== undefined && (record.origin === 'agent' || comparison !== null)) {
      this.#counters.nodeReportsUnchanged++;
      record.observedMs = observedMs;
      if (record.origin === 'agent') record.source = source;
      return;
    }
    this.#applyFacts(facts, { origin: 'agent', source, observedMs, actor: source, occurredMs: observedMs });
    const applied = this.#nodes.get(facts.name);
    if (applied) applied.problem = problem;
  }

  /** Applies an agent's report about the daemon pods, the drifts and the resource usage of its node. */
  applyPodReport(node: string, report: PodReport): void {
    this.#counters.podReports++;
    const record = this.#nodes.get(node);
    if (record === undefined) return;
    // An agent without assignments has compared its pods with nothing, so its report ends no drift.
    const isVerified = report.verifiedRevision > 0;
    record.reported = { pods: report.pods, drifts: isVerified ? report.drifts : record.drifts };
    record.verifiedRevision = report.verifiedRevision;
    record.podsObservedMs = report.observedMs;
    record.usage = report.usage;
    const cause = { trigger: 'node-report', revision: 0, actor: record.source } as const;
    const hasChanged = this.#recordPodChanges(node, record, record.reported, { occurredMs: report.observedMs, cause });
    if (!hasChanged) this.#counters.podReportsUnchanged++;
  }

  /** Sets the daemon pods that the scheduler cannot bind to the node; they take effect once the agent has reported. */
  setUnboundPods(node: string, unbound: readonly PodHealth[]): void {
    // Also of a node that is not known yet: the lists of pods and nodes arrive in any order.
    if (unbound.length === 0) this.#unbound.delete(node);
    else this.#unbound.set(node, unbound);
    const record = this.#nodes.get(node);
    if (record === undefined) return;
    record.unbound = unbound;
    if (record.reported === null) return;
    this.#recordPodChanges(node, record, record.reported, this.#recorder.causedBy('node-change', ''));
  }

  /** Records changes of pods and drifts; returns whether there are any. */
  #recordPodChanges(
    node: string,
    record: NodeRecord,
    latest: ReportedPods,
    causedBy: Pick<NewEvent, 'occurredMs' | 'cause'>,
  ): boolean {
    const { pods, drifts: reported } = mergeUnboundPods(latest, node, record.unbound);
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

  /** A drift that changed without a pod was caused by the newest event about the pair. */
  #assignmentCause(node: string, daemonSet: DaemonSetKey): Cause {
    const decided = this.#table.pair(node, daemonSet)?.effectiveRevision ?? 0;
    const changed = this.#table.daemonSet(daemonSet)?.effectiveRevision ?? 0;
    return { trigger: 'node-report', revision: Math.max(decided, changed), actor: '' };
  }

  #applyInventory(entry: InventoryEntry): void {
    const { facts, source, actor, readMs: observedMs, changedMs: occurredMs } = entry;
    this.#applyFacts(facts, { origin: 'inventory', source, observedMs, actor, occurredMs });
    const record = this.#nodes.get(facts.name);
    if (record) record.inventory = { ...entry, isNewer: false };
  }

  #addRecord(node: string, record: NodeRecord): void {
    this.#nodes.set(node, { ...record, unbound: this.#unbound.get(node) ?? [] });
  }

  #applyFacts(facts: NodeFacts, { origin, source, observedMs, actor, occurredMs }: FactsSource): void {
    const before = this.#table.facts(facts.name) ?? null;
    const known = this.#nodes.get(facts.name);
    const changes = nodeChanges(before, facts);
    // If both watch the same object, the event names the faster of them, and that is not a change of the node.
    const isSameObject = compareResourceVersions(facts.resourceVersion, before?.resourceVersion ?? '') !== null;
    if (known && known.origin !== origin && !isSameObject) {
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
    else this.#addRecord(facts.name, newNodeRecord(origin, source, observedMs));
    this.#recorder.record(event, trigger, (revision) => this.#table.setNode(facts, revision));
    // A new node that no DaemonSet selects also needs an update that says that it has no assignments.
    if (!known) this.#nodesChanged([facts.name]);
  }
}

/** Where facts come from, and when they were observed. */
interface FactsSource {
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly observedMs: number;
  readonly actor: string;
  readonly occurredMs: number;
}

function newNodeRecord(origin: FactsOrigin, source: string, observedMs: number): NodeRecord {
  const unknown = {
    inventory: null,
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
