/** Explains a placement: every rule that applies, in the order in which a person would check them. */
import type { Node } from '../kubernetes/objects.ts';
import { addAffinityReasons, type ExplainedTerm, explainedTerm } from './explain-affinity.ts';
import {
  type ExplainedEntry,
  explainedEntry,
  nodeNameReason,
  selectorReason,
  unconstrainedReason,
} from './explain-selection.ts';
import { taintReason, unschedulableReason } from './explain-taints.ts';
import { nodeWarnings } from './node-warnings.ts';
import { pairOf } from './pair.ts';
import type { PlacementRules } from './rules.ts';
import type { PlacementResult, Reason } from './types.ts';

/** Explains one DaemonSet on any node. Caches the text that is the same for all nodes. */
export class PlacementExplainer {
  readonly #rules: PlacementRules;
  readonly #warnings: readonly Reason[];
  readonly #unconstrained: Reason | null;
  readonly #entries: readonly ExplainedEntry[];
  readonly #terms: readonly ExplainedTerm[] | null;

  constructor(rules: PlacementRules, warnings: readonly Reason[]) {
    this.#rules = rules;
    this.#warnings = warnings;
    this.#unconstrained = unconstrainedReason(rules);
    this.#entries = rules.nodeSelector.map(explainedEntry);
    this.#terms = rules.terms?.map(explainedTerm) ?? null;
  }

  explain(node: Node): PlacementResult {
    const pair = pairOf(this.#rules, node);
    const reasons: Reason[] = [];
    const add = (reason: Reason | null): void => {
      if (reason !== null) reasons.push(reason);
    };
    add(this.#unconstrained);
    add(nodeNameReason(pair));
    for (const entry of this.#entries) reasons.push(selectorReason(pair, entry));
    if (this.#terms !== null) addAffinityReasons(pair, this.#terms, reasons);
    add(unschedulableReason(pair));
    for (const [index, taint] of pair.taints.entries()) reasons.push(taintReason(pair, taint, index));
    for (const warning of this.#warnings) reasons.push(warning);
    for (const warning of nodeWarnings(pair)) reasons.push(warning);
    const { verdict } = pair;
    return {
      verdict,
      selected: pair.blockers === 0,
      tolerated: pair.taintVerdict === 'run',
      shouldRun: verdict === 'run',
      shouldContinueRunning: verdict !== 'none',
      reasons,
    };
  }
}
