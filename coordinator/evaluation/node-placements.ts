/** Reads the placements of one node from its row, which is looked up once for any number of DaemonSets. */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { DaemonSetRecord, PlacedDaemonSet } from '../../shared/model/daemon-set-record.ts';
import type { EffectiveVerdict } from '../../shared/model/effective-verdict.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { isAssigned, isSelected, type NodeRow, VERDICTS } from './node-row.ts';

/** A DaemonSet in force and its place in the rows. */
export interface DaemonSetRow extends PlacedDaemonSet {
  /** Index of this DaemonSet in the arrays of every node. */
  readonly slot: number;
}

export class NodePlacements {
  readonly #row: NodeRow;
  readonly #daemonSets: ReadonlyMap<DaemonSetKey, DaemonSetRow>;

  constructor(row: NodeRow, daemonSets: ReadonlyMap<DaemonSetKey, DaemonSetRow>) {
    this.#row = row;
    this.#daemonSets = daemonSets;
  }

  /** `null` if the DaemonSet is unknown. */
  verdict(daemonSet: DaemonSetKey): Verdict | null {
    const slot = this.#daemonSets.get(daemonSet)?.slot;
    return slot === undefined ? null : this.#verdictIn(slot);
  }

  pair(daemonSet: DaemonSetKey): EffectiveVerdict | undefined {
    const verdict = this.verdict(daemonSet);
    const slot = this.#daemonSets.get(daemonSet)?.slot;
    if (verdict === null || slot === undefined) return undefined;
    return {
      verdict,
      effectiveRevision: this.#row.effectiveRevisions[slot] ?? 0,
      sinceMs: this.#row.sinceMs[slot] ?? 0,
    };
  }

  /** Whether the DaemonSet selects the node, regardless of its taints. */
  isSelected(daemonSet: DaemonSetKey): boolean {
    const placed = this.#daemonSets.get(daemonSet);
    return placed !== undefined && this.#isSelectedBy(placed);
  }

  /** How many DaemonSets select the node. */
  get selectedCount(): number {
    let count = 0;
    for (const placed of this.#daemonSets.values()) if (this.#isSelectedBy(placed)) count++;
    return count;
  }

  /** The assignments that the agent of the node should have. */
  get assignments(): Assignment[] {
    const assignments: Assignment[] = [];
    for (const placed of this.#daemonSets.values()) {
      const verdict = this.#verdictIn(placed.slot);
      if (isAssigned(verdict)) assignments.push(assignmentOf(placed.record, verdict, this.#assignedRevision(placed)));
    }
    return assignments;
  }

  /** The highest effective revision among the assignments; 0 without assignments. */
  get newestRevision(): number {
    let newest = 0;
    for (const placed of this.#daemonSets.values()) {
      if (isAssigned(this.#verdictIn(placed.slot))) newest = Math.max(newest, this.#assignedRevision(placed));
    }
    return newest;
  }

  #assignedRevision({ slot, effectiveRevision }: DaemonSetRow): number {
    return Math.max(this.#row.effectiveRevisions[slot] ?? 0, effectiveRevision);
  }

  #verdictIn(slot: number): Verdict | null {
    return VERDICTS[this.#row.verdicts[slot] ?? 0] ?? null;
  }

  #isSelectedBy({ slot, compiled }: DaemonSetRow): boolean {
    const verdict = this.#verdictIn(slot);
    return verdict !== null && isSelected(verdict, compiled, this.#row.node);
  }
}

/** The assignment of a DaemonSet with this verdict; `effectiveRevision` is when the verdict or the DaemonSet last changed. */
export function assignmentOf(
  record: DaemonSetRecord,
  verdict: Assignment['verdict'],
  effectiveRevision: number,
): Assignment {
  const { key: daemonSet, uid: daemonSetUid, templateRevision, minReadySeconds, surge } = record;
  return { daemonSet, daemonSetUid, verdict, templateRevision, minReadySeconds, surge, effectiveRevision };
}
