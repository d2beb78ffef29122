/** The nodes of the roll: their facts and who gave them, what runs on them, and what a change makes of their placements. */
import type { Drift, NodeFacts, NodeReport, PodHealth, PodReport } from '../../shared/roll/model.ts';
import type { AppliedNode } from '../cluster/source.ts';
import type { NewEvent } from '../journal/events.ts';
import type { JournalState } from '../journal/state.ts';
import type { Counters } from './counters.ts';
import type { DecisionRecorder } from './decision-recorder.ts';
import { nodeChanges } from './node-changes.ts';
import type { PlacementTable } from './placement-table.ts';
import { driftChanges, podChanges } from './pod-changes.ts';

export type FactsOrigin = 'agent' | 'roll';

/** What is known of a node besides its facts and placements. */
export interface NodeRecord {
  origin: FactsOrigin;
  /** Where the facts come from, for people: a file's path, or an API server. */
  source: string;
  observedMs: number;
  /** What the roll last said of the node; `null` until it said anything since the start. */
  roll: { facts: NodeFacts; source: string; actor: string; readMs: number } | null;
  /** Set while the agent cannot read its source. */
  problem: string;
  pods: readonly PodHealth[];
  drifts: readonly Drift[];
  /** The assignments' revision that the agent held its pods against; 0 when it never did. */
  verifiedRevision: number;
  podsObservedMs: number;
}

export interface NodeRegisterOptions {
  readonly table: PlacementTable;
  readonly recorder: DecisionRecorder;
  readonly counters: Counters;
  /** Whether a live agent speaks for a node; where one does, the roll does not. */
  readonly isPresent: (node: string) => boolean;
}

export class NodeRegister {
  readonly #table: PlacementTable;
  readonly #recorder: DecisionRecorder;
  readonly #counters: Counters;
  readonly #isPresent: (node: string) => boolean;
  readonly #nodes = new Map<string, NodeRecord>();

  constructor({ table, recorder, counters, isPresent }: NodeRegisterOptions) {
    this.#table = table;
    this.#recorder = recorder;
    this.#counters = counters;
    this.#isPresent = isPresent;
  }

  restore({ nodes, pods, drifts }: Pick<JournalState, 'nodes' | 'pods' | 'drifts'>): void {
    for (const { facts, origin, source, observedMs } of nodes) {
      this.#table.restoreNode(facts);
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

  apply({ facts, source, actor }: AppliedNode): void {
    const record = this.#nodes.get(facts.name);
    const before = this.#table.facts(facts.name) ?? null;
    if (record !== undefined) {
      const said = record.roll?.facts ?? before;
      record.roll = { facts, source, actor, readMs: this.#recorder.nowMs };
      // A live agent sees more than the roll does; and what the roll said before is no news.
      if (this.#isPresent(facts.name) || nodeChanges(said, facts).length === 0) return;
    }
    this.#takeFacts(facts, 'roll', source, this.#recorder.nowMs, actor);
  }

  /** The node's agent is gone: what the roll said since the agent's last report counts now. */
  agentAbsent(node: string): void {
    const record = this.#nodes.get(node);
    if (record?.roll == null || record.roll.readMs <= record.observedMs) return;
    const { facts, source, actor, readMs } = record.roll;
    const before = this.#table.facts(node) ?? null;
    if (nodeChanges(before, facts).length > 0) this.#takeFacts(facts, 'roll', source, readMs, actor);
  }

  remove(name: string, actor: string): boolean {
    const before = this.#table.facts(name);
    if (before === undefined) return false;
    const { origin = 'roll', source = '' } = this.#nodes.get(name) ?? {};
    const event = {
      kind: 'node',
      action: 'removed',
      node: name,
      facts: null,
      origin,
      source,
      changes: nodeChanges(before, null),
      ...this.#recorder.caused('roll-change', actor),
    } as const;
    this.#nodes.delete(name);
    this.#recorder.record(event, 'roll-change', () => this.#table.removeNode(name));
    return true;
  }

  /** Takes an agent's report of its node's facts. */
  report({ facts, source, observedMs, problem }: NodeReport): void {
    this.#counters.nodeReports++;
    const record = this.#nodes.get(facts.name);
    const before = this.#table.facts(facts.name);
    if (record !== undefined) record.problem = problem;
    const unchanged = before !== undefined && nodeChanges(before, facts).length === 0;
    if (unchanged && record?.origin === 'agent') {
      this.#counters.nodeReportsUnchanged++;
      record.observedMs = observedMs;
      record.source = source;
      return;
    }
    this.#takeFacts(facts, 'agent', source, observedMs, source);
    const taken = this.#nodes.get(facts.name);
    if (taken) taken.problem = problem;
  }

  /** Takes an agent's report of its node's daemon pods and of the node's own answer to the roll. */
  reportPods(node: string, report: PodReport): void {
    this.#counters.podReports++;
    const record = this.#nodes.get(node);
    if (record === undefined) return;
    const changes = podChanges(record.pods, report.pods);
    const { drifts, changes: drifted } = driftChanges(record.drifts, report.drifts);
    record.verifiedRevision = report.verifiedRevision;
    record.podsObservedMs = report.observedMs;
    record.drifts = drifts;
    record.pods = report.pods;
    if (changes.length === 0 && drifted.length === 0) {
      this.#counters.podReportsUnchanged++;
      return;
    }
    const { pods, verifiedRevision, observedMs } = report;
    const caused = {
      occurredMs: observedMs,
      cause: { trigger: 'node-report', revision: 0, actor: record.source },
    } as const;
    const revision = this.#recorder.nextRevision;
    const events: NewEvent[] = [];
    if (changes.length > 0)
      events.push({ kind: 'pod', action: 'changed', node, pods, verifiedRevision, changes, ...caused });
    const driftCause = { ...caused, cause: { ...caused.cause, revision: changes.length > 0 ? revision : 0 } };
    for (const { action, drift } of drifted) {
      events.push({ kind: 'drift', action, node, daemonSet: drift.daemonSet, drift, ...driftCause });
    }
    this.#recorder.append(events);
  }

  #takeFacts(facts: NodeFacts, origin: FactsOrigin, source: string, observedMs: number, actor: string): void {
    const before = this.#table.facts(facts.name) ?? null;
    const known = this.#nodes.get(facts.name);
    const changes = nodeChanges(before, facts);
    if (known && known.origin !== origin) changes.push({ field: 'origin', from: known.origin, to: origin });
    const trigger = origin === 'agent' ? 'node-report' : 'roll-change';
    const event = {
      kind: 'node',
      action: before ? 'changed' : 'added',
      node: facts.name,
      facts,
      origin,
      source,
      changes,
      occurredMs: observedMs,
      cause: { trigger, revision: 0, actor },
    } as const;
    if (known) Object.assign(known, { origin, source, observedMs });
    else this.#nodes.set(facts.name, newNodeRecord(origin, source, observedMs));
    this.#recorder.record(event, trigger, () => this.#table.setNode(facts));
  }
}

function newNodeRecord(origin: FactsOrigin, source: string, observedMs: number): NodeRecord {
  const unknown = { roll: null, problem: '', pods: [], drifts: [], verifiedRevision: 0, podsObservedMs: 0 };
  return { origin, source, observedMs, ...unknown };
}
