/**
 * Stores the verdict of every pair of DaemonSet and node, and decides only the pairs that a change can affect. It is
 * independent of the journal: it returns what changed, and receives the revision of each change afterwards.
 */

import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { DaemonSetRecord, PlacedDaemonSet } from '../../shared/model/daemon-set-record.ts';
import type { EffectiveVerdict } from '../../shared/model/effective-verdict.ts';
import { type NodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { PairChange } from '../../shared/model/pair-change.ts';
import { compilePlacement } from '../../shared/placement/index.ts';
import type { CompiledPlacement, Verdict } from '../../shared/placement/types.ts';
import type { Counters } from './counters.ts';
import { hasSamePlacement } from './daemon-set-changes.ts';
import { placementImpact } from './node-changes.ts';
import { type DaemonSetRow, NodePlacements } from './node-placements.ts';
import { isAssigned, NodeRow, VERDICT_CODES, VERDICTS } from './node-row.ts';

/** A node and the verdict of one DaemonSet on it. */
export interface PlacedNode {
  readonly name: string;
  readonly uid: string;
  readonly verdict: Verdict;
  /** The revision of the decision. */
  readonly effectiveRevision: number;
}

/** Arrays grow by this many slots, so that a new DaemonSet rarely reallocates the arrays of every node. */
const SLOT_STEP = 16;

export class PlacementTable {
  readonly #counters: Counters;
  readonly #clock: Pick<Clock, 'elapsedMs'>;
  readonly #nodes = new Map<string, NodeRow>();
  readonly #daemonSets = new Map<DaemonSetKey, DaemonSetRow>();
  readonly #freeSlots: number[] = [];
  #slotCount = 0;

  constructor(counters: Counters, clock: Pick<Clock, 'elapsedMs'>) {
    this.#counters = counters;
    this.#clock = clock;
  }

  /** Adds or updates a node as of `effectiveRevision`, and decides every pair that the change can affect. */
  setNode(facts: NodeFacts, effectiveRevision: number): PairChange[] {
    const row = this.#nodes.get(facts.name);
    if (row === undefined) {
      const added = new NodeRow(facts, this.#slotCount, effectiveRevision);
      this.#nodes.set(facts.name, added);
      return this.#decide([added], this.#daemonSets.values());
    }
    const { labelKeys, taints } = placementImpact(row.facts, facts);
    row.facts = facts;
    row.node = nodeFromFacts(facts);
    const affected = [...this.#daemonSets.values()].filter(
      ({ compiled }) => taints || intersects(labelKeys, compiled.reads.labelKeys),
    );
    return this.#decide([row], affected);
  }

  /** Removes a node with all its pairs. */
  removeNode(name: string): PairChange[] {
    const row = this.#nodes.get(name);
    if (row === undefined) return [];
    this.#nodes.delete(name);
    const ended: PairChange[] = [];
    for (const [daemonSet, { slot }] of this.#daemonSets) {
      const from = VERDICTS[row.verdicts[slot] ?? 0] ?? null;
      if (from !== null) ended.push({ node: name, daemonSet, from, to: null });
    }
    return ended;
  }

  /** Adds or updates a DaemonSet as of `effectiveRevision`, and decides every pair that the change can affect. */
  setDaemonSet(record: DaemonSetRecord, effectiveRevision: number): PairChange[] {
    const before = this.#daemonSets.get(record.key);
    const isSamePlacement = before !== undefined && hasSamePlacement(before.record, record);
    const compiled = isSamePlacement ? before.compiled : this.#compile(record);
    const row = { record, compiled, effectiveRevision, slot: before?.slot ?? this.#takeSlot() };
    this.#daemonSets.set(record.key, row);
    const changes = isSamePlacement ? [] : this.#decide(this.#nodes.values(), [row]);
    this.#markAssignedChanged(row);
    return changes;
  }

  /** Removes a DaemonSet with all its pairs as of `effectiveRevision`. */
  removeDaemonSet(key: DaemonSetKey, effectiveRevision: number): PairChange[] {
    const row = this.#daemonSets.get(key);
    if (row === undefined) return [];
    this.#daemonSets.delete(key);
    this.#freeSlots.push(row.slot);
    const ended: PairChange[] = [];
    for (const [node, nodeRow] of this.#nodes) {
      const from = VERDICTS[nodeRow.verdicts[row.slot] ?? 0] ?? null;
      if (from === null) continue;
      ended.push({ node, daemonSet: key, from, to: null });
      nodeRow.verdicts[row.slot] = 0;
      if (from !== 'none') nodeRow.revision = Math.max(nodeRow.revision, effectiveRevision);
    }
    return ended;
  }

  /** Decides all pairs, or those of one DaemonSet. */
  reevaluate(key?: DaemonSetKey): PairChange[] {
    const rows = [...this.#daemonSets.values()].filter(({ record }) => key === undefined || record.key === key);
    return this.#decide(this.#nodes.values(), rows);
  }

  /** Sets the revision at which a change came into force. */
  setRevision({ node, daemonSet, from, to }: PairChange, effectiveRevision: number, nowMs: number): void {
    const row = this.#nodes.get(node);
    const slot = this.#daemonSets.get(daemonSet)?.slot;
    if (row === undefined || slot === undefined || to === null) return;
    row.effectiveRevisions[slot] = effectiveRevision;
    row.sinceMs[slot] = nowMs;
    if (isAssigned(from) || isAssigned(to)) row.revision = Math.max(row.revision, effectiveRevision);
  }

  /** Restores a pair from the journal without deciding it; false if its node or DaemonSet no longer exists. */
  restore(node: string, daemonSet: DaemonSetKey, pair: EffectiveVerdict): boolean {
    const row = this.#nodes.get(node);
    const placed = this.#daemonSets.get(daemonSet);
    if (row === undefined || placed === undefined) return false;
    row.verdicts[placed.slot] = VERDICT_CODES[pair.verdict];
    row.effectiveRevisions[placed.slot] = pair.effectiveRevision;
    row.sinceMs[placed.slot] = pair.sinceMs;
    // The verdict none may have ended an assignment; telling an agent so again is harmless.
    row.revision = Math.max(
      row.revision,
      pair.effectiveRevision,
      isAssigned(pair.verdict) ? placed.effectiveRevision : 0,
    );
    return true;
  }

  /** Restores a node from the journal without deciding its pairs. */
  restoreNode(facts: NodeFacts, effectiveRevision: number): void {
    this.#nodes.set(facts.name, new NodeRow(facts, this.#slotCount, effectiveRevision));
  }

  /** Restores a DaemonSet from the journal without deciding its pairs. */
  restoreDaemonSet(record: DaemonSetRecord, effectiveRevision: number): void {
    this.#daemonSets.set(record.key, {
      record,
      compiled: this.#compile(record),
      effectiveRevision,
      slot: this.#takeSlot(),
    });
  }

  /** Marks the assignments of every node as changed at `effectiveRevision`. */
  markAllChanged(effectiveRevision: number): void {
    for (const row of this.#nodes.values()) row.revision = Math.max(row.revision, effectiveRevision);
  }

  facts(node: string): NodeFacts | undefined {
    return this.#nodes.get(node)?.facts;
  }

  node(name: string): Node | undefined {
    return this.#nodes.get(name)?.node;
  }

  nodeNames(): string[] {
    return [...this.#nodes.keys()].sort();
  }

  daemonSet(key: DaemonSetKey): PlacedDaemonSet | undefined {
    return this.#daemonSets.get(key);
  }

  daemonSetKeys(): DaemonSetKey[] {
    return [...this.#daemonSets.keys()].sort();
  }

  /** `undefined` for an unknown node. */
  placementsOn(name: string): NodePlacements | undefined {
    const row = this.#nodes.get(name);
    return row && new NodePlacements(row, this.#daemonSets);
  }

  /** Every node with the verdict of the DaemonSet, in no particular order; empty for an unknown DaemonSet. */
  *verdicts(key: DaemonSetKey): Iterable<PlacedNode> {
    const slot = this.#daemonSets.get(key)?.slot;
    if (slot === undefined) return;
    for (const [name, row] of this.#nodes) {
      const verdict = VERDICTS[row.verdicts[slot] ?? 0] ?? null;
      const effectiveRevision = row.effectiveRevisions[slot] ?? 0;
      if (verdict !== null) yield { name, uid: row.facts.uid, verdict, effectiveRevision };
    }
  }

  pair(node: string, daemonSet: DaemonSetKey): EffectiveVerdict | undefined {
    return this.placementsOn(node)?.pair(daemonSet);
  }

  /** The revision at which the assignments of the node last changed; 0 for an unknown node. */
  revision(node: string): number {
    return this.#nodes.get(node)?.revision ?? 0;
  }

  /** The assignments that the agent of the node should have; `null` for an unknown node. */
  assignments(node: string): Assignment[] | null {
    return this.placementsOn(node)?.assignments ?? null;
  }

  /** DaemonSets in force whose verdict on a node became none after `revision`. */
  endedAssignmentsSince(node: string, revision: number): DaemonSetKey[] {
    const row = this.#nodes.get(node);
    if (row === undefined) return [];
    const keys: DaemonSetKey[] = [];
    for (const [key, { slot }] of this.#daemonSets) {
      if (row.verdicts[slot] === VERDICT_CODES.none && (row.effectiveRevisions[slot] ?? 0) > revision) keys.push(key);
    }
    return keys;
  }

  #compile({ placement }: DaemonSetRecord): CompiledPlacement {
    this.#counters.daemonSetsCompiled++;
    return compilePlacement(placement);
  }

  #decide(nodes: Iterable<NodeRow>, daemonSets: Iterable<DaemonSetRow>): PairChange[] {
    const startMs = this.#clock.elapsedMs();
    const rows = [...daemonSets];
    const changes: PairChange[] = [];
    for (const nodeRow of nodes) {
      for (const { record, compiled, slot } of rows) {
        const code = VERDICT_CODES[compiled.decide(nodeRow.node)];
        const before = nodeRow.verdicts[slot] ?? 0;
        this.#counters.pairsEvaluated++;
        if (code === before) continue;
        nodeRow.verdicts[slot] = code;
        const [from, to] = [VERDICTS[before] ?? null, VERDICTS[code] ?? null];
        changes.push({ node: nodeRow.facts.name, daemonSet: record.key, from, to });
      }
    }
    this.#counters.decisionsChanged += changes.length;
    this.#counters.evaluationMs += this.#clock.elapsedMs() - startMs;
    return changes;
  }

  /** The content of the DaemonSet's assignments changed, so every node with an assignment needs an update. */
  #markAssignedChanged({ slot, effectiveRevision }: DaemonSetRow): void {
    for (const row of this.#nodes.values()) {
      if (isAssigned(VERDICTS[row.verdicts[slot] ?? 0] ?? null))
        row.revision = Math.max(row.revision, effectiveRevision);
    }
  }

  #takeSlot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    this.#slotCount += SLOT_STEP;
    for (let slot = this.#slotCount - 1; slot > this.#slotCount - SLOT_STEP; slot--) this.#freeSlots.push(slot);
    for (const row of this.#nodes.values()) row.grow(this.#slotCount);
    return this.#slotCount - SLOT_STEP;
  }
}

function intersects(few: ReadonlySet<string>, many: ReadonlySet<string>): boolean {
  for (const item of few) if (many.has(item)) return true;
  return false;
}
