/** The engine's front door: a DaemonSet made ready for many nodes, or one pair at once. */
import { readDaemonSetFields } from './daemon-set-fields.ts';
import { compileRules, decideByRules, type PlacementRules } from './rules.ts';
import type { CompiledPlacement, DaemonSet, Node, PlacementReads, PlacementResult, Reason } from './types.ts';

/** Makes a DaemonSet ready to be placed on many nodes. Never throws, whatever the object holds. */
export function compilePlacement(daemonSet: DaemonSet): CompiledPlacement {
  const rules = compileRules(readDaemonSetFields(daemonSet));
  return {
    decide: (node: Node) => decideByRules(rules, node),
    explain: (node: Node): PlacementResult => {
      const verdict = decideByRules(rules, node);
      return { verdict, shouldRun: verdict === 'run', shouldContinueRunning: verdict !== 'none', reasons: [] };
    },
    reads: readsOf(rules),
    warnings: [] as Reason[],
  };
}

/** Decides and explains one pair. */
export function evaluatePlacement(daemonSet: DaemonSet, node: Node): PlacementResult {
  return compilePlacement(daemonSet).explain(node);
}

/** Terms that can never match read nothing. */
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
