/**
 * One node's row of the placement table. Verdicts, revisions and times are arrays of numbers, because half a million
 * pairs as objects would need ten times the memory.
 */

import type { Node } from '../../shared/kubernetes/objects.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFromFacts } from '../../shared/model/node-facts.ts';
import type { CompiledPlacement, Verdict } from '../../shared/placement/types.ts';

/** Verdicts by their code; code 0 means that the pair does not exist. */
export const VERDICTS: readonly (Verdict | null)[] = [null, 'run', 'keep', 'none'];
export const VERDICT_CODES = { run: 1, keep: 2, none: 3 } as const;

/** Whether the DaemonSet selects the node. A selected pair has the verdict none only because of a NoExecute taint, which is rare. */
export function isSelected(verdict: Verdict, compiled: CompiledPlacement, node: Node): boolean {
  if (verdict !== 'none') return true;
  return (node.spec?.taints ?? []).some(({ effect }) => effect === 'NoExecute') && compiled.selects(node);
}

/** Whether the agent receives an assignment for a pair with this verdict. */
export function isAssigned(verdict: Verdict | null): verdict is Assignment['verdict'] {
  return verdict === 'run' || verdict === 'keep';
}

export class NodeRow {
  facts: NodeFacts;
  node: Node;
  /** The revision at which the assignments of the node last changed; initially the revision of the node itself. */
  revision: number;
  verdicts: Uint8Array;
  effectiveRevisions: Float64Array;
  sinceMs: Float64Array;

  constructor(facts: NodeFacts, slotCount: number, revision: number) {
    this.facts = facts;
    this.revision = revision;
    this.node = nodeFromFacts(facts);
    this.verdicts = new Uint8Array(slotCount);
    this.effectiveRevisions = new Float64Array(slotCount);
    this.sinceMs = new Float64Array(slotCount);
  }

  grow(slotCount: number): void {
    if (slotCount <= this.verdicts.length) return;
    this.verdicts = grown(this.verdicts, new Uint8Array(slotCount));
    this.effectiveRevisions = grown(this.effectiveRevisions, new Float64Array(slotCount));
    this.sinceMs = grown(this.sinceMs, new Float64Array(slotCount));
  }
}

function grown<Column extends Uint8Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
