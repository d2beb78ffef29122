/**
 * The catalogue of reasons: every code that the engine gives, and one line of what it means. A code
 * is never reused with another meaning; docs/placement.md lists the same.
 */
export const REASON_CODES = {
  NO_CONSTRAINTS:
    'The DaemonSet has no nodeName, no nodeSelector and no required node affinity: no name or label rules a node out.',

  NODE_NAME_MATCHES: "The template's nodeName is this node.",
  NODE_NAME_DIFFERS: "The template's nodeName is another node.",

  NODE_SELECTOR_MATCHES: 'The node has the label with the value that a nodeSelector entry asks for.',
  NODE_SELECTOR_LABEL_MISSING: 'The node lacks the label that a nodeSelector entry asks for.',
  NODE_SELECTOR_VALUE_DIFFERS: 'The node has the label that a nodeSelector entry asks for, with another value.',

  AFFINITY_MATCHES: 'At least one term of the required node affinity matches the node.',
  AFFINITY_NO_TERM_MATCHES: 'No term of the required node affinity matches the node.',
  AFFINITY_TERM_MATCHES: 'Every requirement of the term is met.',
  AFFINITY_TERM_DOES_NOT_MATCH: 'At least one requirement of the term is not met.',
  AFFINITY_TERM_UNUSABLE: 'The term holds a requirement that is not valid, so Kubernetes never matches it.',
  AFFINITY_TERM_EMPTY: 'The term has no requirements, and an empty term matches no node.',
  AFFINITY_REQUIREMENT_MATCHES: 'The node meets the requirement.',
  AFFINITY_REQUIREMENT_DOES_NOT_MATCH: 'The node does not meet the requirement.',
  AFFINITY_REQUIREMENT_INVALID: 'The requirement is not valid, so its whole term never matches.',
  AFFINITY_FIELD_SKIPPED: 'The node has no name, so Kubernetes skips what the term asks of it.',

  NODE_UNSCHEDULABLE_IGNORED: 'The node is cordoned, which Kubernetes ignores for daemon pods.',
  TAINT_TOLERATED: "One of the template's tolerations tolerates the taint.",
  TAINT_TOLERATED_AUTOMATICALLY: 'A toleration that Kubernetes adds to daemon pods tolerates the taint.',
  TAINT_NOT_TOLERATED: 'No toleration tolerates the taint, and its effect keeps daemon pods away.',
  TAINT_PREFERENCE_IGNORED: 'No toleration tolerates the taint, but PreferNoSchedule never keeps a daemon pod away.',
  TAINT_EFFECT_IGNORED: 'The effect of the taint is none that Kubernetes knows, so the taint is ignored.',

  WARNING_AFFINITY_WITHOUT_TERMS: 'Required node affinity is there but lists no terms, so it matches no node.',
  WARNING_TERM_EMPTY: 'A term has no requirements; it matches no node, not every node.',
  WARNING_TERM_UNUSABLE: 'A requirement is not valid and makes its whole term match nothing.',
  WARNING_COMPARED_VALUE_NOT_INTEGER:
    'Gt or Lt is given a value that it cannot compare with, so its term matches nothing.',
  WARNING_FIELD_UNKNOWN: 'matchFields asks for another field than metadata.name, which every node has empty.',
  WARNING_TERM_CONTRADICTORY: 'A term, together with nodeSelector, asks for what no node can have.',
  WARNING_NO_NODE_CAN_MATCH: 'None of the terms can match any node.',
  WARNING_TOLERATION_EXPIRES:
    'A toleration ends after some seconds: the pod is evicted and created again, over and over.',
  WARNING_TOLERATION_SECONDS_OVERWRITTEN:
    'Kubernetes replaces a toleration with its own of the same key, which never ends.',
  WARNING_TOLERATION_KEY_MISSING:
    'A toleration without a key but not of operator Exists tolerates any key of its value.',
  WARNING_TOLERATION_OPERATOR_UNKNOWN: 'A toleration has an operator that tolerates nothing.',
  WARNING_TOLERATION_EFFECT_UNKNOWN: 'A toleration has an effect that no taint has.',
  WARNING_NOT_READY_TAINT_NOT_TOLERATED:
    'The node is not ready or not reachable, and no daemon pod starts there: only the NoExecute taint is tolerated automatically.',
  WARNING_CONTROL_PLANE_TAINT_RENAMED:
    'The template tolerates node-role.kubernetes.io/master, but the node has node-role.kubernetes.io/control-plane.',
} as const;

export type ReasonCode = keyof typeof REASON_CODES;
