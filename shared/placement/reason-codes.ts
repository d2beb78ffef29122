/**
 * Catalogue of reason codes: every code of the engine and its meaning. A code is never reused with a different
 * meaning. docs/placement.md contains the same list.
 */
export const REASON_CODES = {
  NO_CONSTRAINTS: 'The DaemonSet has no nodeName, nodeSelector or required node affinity, so it selects every node.',

  NODE_NAME_MATCHES: "The template's nodeName is this node.",
  NODE_NAME_DIFFERS: "The template's nodeName is a different node.",

  NODE_SELECTOR_MATCHES: 'The node has the label and value that a nodeSelector entry requires.',
  NODE_SELECTOR_LABEL_MISSING: 'The node does not have the label that a nodeSelector entry requires.',
  NODE_SELECTOR_VALUE_DIFFERS: 'The node has the label that a nodeSelector entry requires, with a different value.',

  AFFINITY_MATCHES: 'At least one term of the required node affinity matches the node.',
  AFFINITY_NO_TERM_MATCHES: 'No term of the required node affinity matches the node.',
  AFFINITY_TERM_MATCHES: 'The node meets every requirement of the term.',
  AFFINITY_TERM_DOES_NOT_MATCH: 'The node does not meet at least one requirement of the term.',
  AFFINITY_TERM_UNUSABLE: 'The term contains a requirement that is not valid, so it matches no node.',
  AFFINITY_TERM_EMPTY: 'The term has no requirements. An empty term matches no node.',
  AFFINITY_REQUIREMENT_MATCHES: 'The node meets the requirement.',
  AFFINITY_REQUIREMENT_DOES_NOT_MATCH: 'The node does not meet the requirement.',
  AFFINITY_REQUIREMENT_INVALID: 'The requirement is not valid, so its whole term matches no node.',
  AFFINITY_FIELD_SKIPPED: 'The node has no name, so Kubernetes skips the matchFields of the term.',

  NODE_UNSCHEDULABLE_IGNORED: 'The node is cordoned. Kubernetes ignores this for daemon pods.',
  TAINT_TOLERATED: 'A toleration of the template tolerates the taint.',
  TAINT_TOLERATED_AUTOMATICALLY: 'A toleration that Kubernetes adds to daemon pods tolerates the taint.',
  TAINT_NOT_TOLERATED: 'No toleration tolerates the taint, and its effect is NoSchedule or NoExecute.',
  TAINT_PREFERENCE_IGNORED: 'No toleration tolerates the taint, but PreferNoSchedule does not affect daemon pods.',
  TAINT_EFFECT_IGNORED: 'The effect of the taint is unknown, so Kubernetes ignores the taint.',

  WARNING_AFFINITY_WITHOUT_TERMS: 'Required node affinity has no terms, so it matches no node.',
  WARNING_TERM_EMPTY: 'A term has no requirements, so it matches no node, not every node.',
  WARNING_TERM_UNUSABLE: 'A requirement is not valid, so its whole term matches no node.',
  WARNING_COMPARED_VALUE_NOT_INTEGER:
    'The value of a Gt or Lt requirement is not an integer, so its whole term matches no node.',
  WARNING_FIELD_UNKNOWN:
    'matchFields uses a field other than metadata.name, which Kubernetes treats as empty on every node.',
  WARNING_TERM_CONTRADICTORY: 'The requirements of a term contradict each other or nodeSelector, so no node can match.',
  WARNING_NO_NODE_CAN_MATCH: 'No term can match any node.',
  WARNING_TOLERATION_EXPIRES: 'A toleration has tolerationSeconds, so the pod is evicted and recreated repeatedly.',
  WARNING_TOLERATION_SECONDS_OVERWRITTEN: 'Kubernetes replaces a toleration with its own, which does not expire.',
  WARNING_TOLERATION_KEY_MISSING:
    'A toleration without a key and without operator Exists matches every taint with its value.',
  WARNING_TOLERATION_OPERATOR_UNKNOWN:
    'The operator of a toleration is not valid or disabled, so the toleration matches nothing.',
  WARNING_TOLERATION_EFFECT_UNKNOWN: 'The effect of a toleration is not valid.',
  WARNING_NOT_READY_TAINT_NOT_TOLERATED:
    'The node is not ready or unreachable and has a NoSchedule taint. Kubernetes adds a toleration for the NoExecute effect only.',
  WARNING_CONTROL_PLANE_TAINT_RENAMED:
    'The template tolerates node-role.kubernetes.io/master, but the node has node-role.kubernetes.io/control-plane.',
} as const;

export type ReasonCode = keyof typeof REASON_CODES;
