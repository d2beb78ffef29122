/** Warnings about a DaemonSet on any node: Kubernetes accepts it, but it probably does not do what its author intended. */
import { contradictionOf } from './contradictions.ts';
import type { DaemonSetFields, TolerationFields } from './daemon-set-fields.ts';
import { itemPath, REQUIRED_AFFINITY_PATH, TERMS_PATH, TOLERATIONS_PATH } from './field-paths.ts';
import type { CompiledTerm } from './node-affinity.ts';
import type { ReasonCode } from './reason-codes.ts';
import { type CompiledRequirement, NODE_NAME_FIELD } from './requirement.ts';
import type { PlacementRules } from './rules.ts';
import { automaticTolerations, isSameToleration } from './tolerations.ts';
import type { Reason } from './types.ts';
import { requirementText, tolerationText } from './wording.ts';

const OPERATORS: ReadonlySet<string> = new Set(['', 'Equal', 'Exists']);
const EFFECTS: ReadonlySet<string> = new Set(['', 'NoSchedule', 'PreferNoSchedule', 'NoExecute']);

export function daemonSetWarnings(fields: DaemonSetFields, rules: PlacementRules): readonly Reason[] {
  const tolerationWarnings = fields.tolerations.flatMap((toleration, index) =>
    warningsOfToleration(toleration, itemPath(TOLERATIONS_PATH, index), fields.hostNetwork),
  );
  return [...affinityWarnings(rules), ...tolerationWarnings];
}

function affinityWarnings(rules: PlacementRules): Reason[] {
  const { terms } = rules;
  if (terms === null) return [];
  if (terms.length === 0) {
    const message = 'Required node affinity has no terms, so it matches no node. To match every node, remove it.';
    return [warning('WARNING_AFFINITY_WITHOUT_TERMS', message, REQUIRED_AFFINITY_PATH, 'no terms')];
  }
  const hopeless = terms.every((term) => !term.usable || contradictionOf(term, rules) !== '');
  const message = 'No node can match: every term is empty, not valid or contradictory.';
  return [
    ...terms.flatMap((term) => warningsOfTerm(term, rules)),
    ...(hopeless ? [warning('WARNING_NO_NODE_CAN_MATCH', message, TERMS_PATH, `${terms.length} terms`)] : []),
  ];
}

function warningsOfTerm(term: CompiledTerm, rules: PlacementRules): Reason[] {
  const path = itemPath(TERMS_PATH, term.index);
  const requirements = [...term.expressions, ...term.fields];
  if (requirements.length === 0) {
    const message = 'An empty term matches no node, not every node. Remove it or add a requirement.';
    return [warning('WARNING_TERM_EMPTY', message, path, 'an empty term')];
  }
  const warnings = requirements.flatMap((requirement) => warningsOfRequirement(requirement, path));
  const contradiction = term.usable ? contradictionOf(term, rules) : '';
  if (contradiction === '') return warnings;
  const message = `No node can match this term, because its requirements contradict each other or nodeSelector: ${contradiction}.`;
  return [...warnings, warning('WARNING_TERM_CONTRADICTORY', message, path, contradiction)];
}

function warningsOfRequirement(requirement: CompiledRequirement, termPath: string): Reason[] {
  const path = itemPath(`${termPath}.${requirement.list}`, requirement.index);
  const expected = requirementText(requirement);
  const { problem, list, operator, values } = requirement;
  if (problem !== '') {
    const compares = list === 'matchExpressions' && (operator === 'Gt' || operator === 'Lt') && values.length === 1;
    const code = compares ? 'WARNING_COMPARED_VALUE_NOT_INTEGER' : 'WARNING_TERM_UNUSABLE';
    return [
      warning(code, `This requirement is not valid, so its whole term matches no node: ${problem}.`, path, expected),
    ];
  }
  if (list === 'matchExpressions' || requirement.key === NODE_NAME_FIELD) return [];
  const message = `Only ${NODE_NAME_FIELD} is supported in matchFields. Kubernetes treats '${requirement.key}' as empty on every node.`;
  return [warning('WARNING_FIELD_UNKNOWN', message, path, expected)];
}

function warningsOfToleration(toleration: TolerationFields, path: string, hostNetwork: boolean): Reason[] {
  const expected = tolerationText(toleration);
  const warnings: Reason[] = [];
  const warn = (code: ReasonCode, message: string): void => {
    warnings.push(warning(code, message, path, expected));
  };
  const { key, operator, effect, tolerationSeconds } = toleration;
  if (!OPERATORS.has(operator)) warn('WARNING_TOLERATION_OPERATOR_UNKNOWN', operatorMessage(operator));
  if (!EFFECTS.has(effect)) {
    const message =
      `Effect '${effect}' is not valid. ` +
      'Use NoSchedule, PreferNoSchedule or NoExecute, or omit the effect to match all effects.';
    warn('WARNING_TOLERATION_EFFECT_UNKNOWN', message);
  }
  if (key === '' && (operator === '' || operator === 'Equal')) {
    const message =
      'Without a key, this toleration matches every taint with this value, whatever its key, and the API server rejects it. ' +
      'Set a key, or use operator Exists.';
    warn('WARNING_TOLERATION_KEY_MISSING', message);
  }
  if (tolerationSeconds === null) return warnings;
  if (automaticTolerations(hostNetwork).some((automatic) => isSameToleration(automatic, toleration))) {
    const message =
      `Kubernetes replaces this toleration with its own toleration ${expected}, which does not expire: ` +
      `tolerationSeconds ${tolerationSeconds} has no effect.`;
    warn('WARNING_TOLERATION_SECONDS_OVERWRITTEN', message);
  } else if ((effect === '' || effect === 'NoExecute') && OPERATORS.has(operator)) {
    const message =
      `On a node with a matching taint, the pod is evicted ${tolerationSeconds}s after it starts ` +
      'and is then recreated, repeatedly.';
    warn('WARNING_TOLERATION_EXPIRES', message);
  }
  return warnings;
}

function operatorMessage(operator: string): string {
  const ending = 'so this toleration matches nothing. Use Equal or Exists.';
  return operator === 'Gt' || operator === 'Lt'
    ? `Operator ${operator} requires the feature gate TaintTolerationComparisonOperators, which is disabled by default, ${ending}`
    : `Operator '${operator}' is not valid, ${ending}`;
}

function warning(code: ReasonCode, message: string, fieldPath: string, expected: string): Reason {
  return { code, outcome: 'warning', message, fieldPath, nodeFieldPath: '', expected, found: null, edits: [] };
}
