/** One DaemonSet on one node: everything that reasons and edits need, computed once. */
import type { Node } from '../kubernetes/objects.ts';
import { readEntry } from '../kubernetes/unvalidated-fields.ts';
import { anyTermMatches } from './node-affinity.ts';
import { type Labels, labelsOf, nodeNameOf, type RawTaint, taintsOf } from './node-reading.ts';
import { labelsAreSelected, type PlacementRules } from './rules.ts';
import { taintVerdict } from './tolerations.ts';
import type { Verdict } from './types.ts';

export interface PlacementPair {
  readonly rules: PlacementRules;
  readonly node: Node;
  readonly nodeName: string;
  readonly labels: Labels;
  readonly taints: readonly RawTaint[];
  readonly nodeNameFits: boolean;
  readonly affinityMatches: boolean;
  /** Number of unsatisfied constraints: nodeName, each nodeSelector entry, and the required node affinity. */
  readonly blockers: number;
  /** The verdict from taints alone. */
  readonly taintVerdict: Verdict;
  readonly verdict: Verdict;
}

export function pairOf(rules: PlacementRules, node: Node): PlacementPair {
  const nodeName = nodeNameOf(node);
  const labels = labelsOf(node);
  const taints = taintsOf(node);
  const nodeNameFits = rules.nodeName === '' || rules.nodeName === nodeName;
  const affinityMatches = rules.terms === null || anyTermMatches(rules.usableTerms, labels, node);
  let blockers = (nodeNameFits ? 0 : 1) + (affinityMatches ? 0 : 1);
  for (const { key, value } of rules.nodeSelector) {
    if (readEntry(labels, key) !== value) blockers++;
  }
  const byTaints = taintVerdict(rules.tolerationsByEffect, taints);
  return {
    rules,
    node,
    nodeName,
    labels,
    taints,
    nodeNameFits,
    affinityMatches,
    blockers,
    taintVerdict: byTaints,
    verdict: blockers === 0 ? byTaints : 'none',
  };
}

/** The verdict if the label had this value, or if the node did not have the label where `value` is `undefined`. */
export function verdictWithLabel(pair: PlacementPair, key: string, value: string | undefined): Verdict {
  if (!pair.nodeNameFits) return 'none';
  // An `undefined` label reads as absent, and setting it is faster than deleting it.
  const labels = { ...pair.labels, [key]: value };
  return labelsAreSelected(pair.rules, labels, pair.node) ? pair.taintVerdict : 'none';
}

/** The verdict without the only unsatisfied constraint; `none` if there are several. */
export function verdictWithoutBlocker(pair: PlacementPair): Verdict {
  return pair.blockers === 1 ? pair.taintVerdict : 'none';
}
