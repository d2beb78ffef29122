/** Entry points of the engine: compile a DaemonSet for many nodes, or evaluate one pair. */
import { readDaemonSetFields } from './daemon-set-fields.ts';
import { daemonSetWarnings } from './daemon-set-warnings.ts';
import { PlacementExplainer } from './explain.ts';
import { compileRules, decideByRules, isSelected, isTolerated, type PlacementRules } from './rules.ts';
import type { CompiledPlacement, DaemonSet, Node, PlacementReads, PlacementResult } from './types.ts';

/** Compiles a DaemonSet for evaluation on many nodes. Never throws, whatever the object contains. */
export function compilePlacement(daemonSet: DaemonSet): CompiledPlacement {
  const fields = readDaemonSetFields(daemonSet);
  const rules = compileRules(fields);
  const warnings = daemonSetWarnings(fields, rules);
  // Created when needed, because most DaemonSets are decided far more often than explained.
  let explainer: PlacementExplainer | undefined;
  return {
    decide: (node: Node) => decideByRules(rules, node),
    selects: (node: Node) => isSelected(rules, node),
    tolerates: (node: Node) => isTolerated(rules, node),
    explain: (node: Node) => {
      explainer ??= new PlacementExplainer(rules, warnings);
      return explainer.explain(node);
    },
    reads: readsOf(rules),
    warnings,
  };
}

/** Decides and explains the placement of one DaemonSet on one node. */
export function evaluatePlacement(daemonSet: DaemonSet, node: Node): PlacementResult {
  return compilePlacement(daemonSet).explain(node);
}

/** Terms that never match read no labels. */
function readsOf(rules: PlacementRules): PlacementReads {
  const labelKeys = new Set(rules.nodeSelector.map(({ key }) => key));
  for (const term of rules.usableTerms) {
    for (const { key } of term.expressions) labelKeys.add(key);
  }
  return {
    labelKeys,
    nodeName: rules.nodeName !== '' || rules.usableTerms.some(({ fields }) => fields.length > 0),
  };
}
