/**
 * The inputs of a placement, extracted from the objects: for detecting relevant changes and for storage. They
 * never contain environment values or other secrets.
 */
import type { DaemonSet, Node, NodeSelectorTerm, PodSpec, Toleration } from '../kubernetes/objects.ts';
import { asObject, asText } from '../kubernetes/unvalidated-fields.ts';
import {
  type DaemonSetFields,
  readDaemonSetFields,
  type TermFields,
  type TolerationFields,
} from './daemon-set-fields.ts';
import { labelsOf, nodeNameOf, taintsOf } from './node-reading.ts';

export interface NodePlacementInputs {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In the order of the node. Only taints with effect NoSchedule or NoExecute, because no others affect the verdict. */
  readonly taints: readonly PlacementTaint[];
}

export interface PlacementTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'NoExecute';
}

/** Everything about a node that can affect a verdict. Two nodes with equal inputs have equal verdicts. */
export function placementInputsOfNode(node: Node): NodePlacementInputs {
  const labels = labelsOf(node);
  const taints: PlacementTaint[] = [];
  for (const taint of taintsOf(node)) {
    const effect = taint?.effect;
    if (effect !== 'NoSchedule' && effect !== 'NoExecute') continue;
    taints.push({ key: asText(taint?.key), value: asText(taint?.value), effect });
  }
  return {
    name: nodeNameOf(node),
    labels: Object.fromEntries(Object.keys(labels).map((key) => [key, asText(labels[key])])),
    taints,
  };
}

/**
 * A copy of a DaemonSet with only its identity and the fields that placement reads. The copy has the same
 * placements and explanations as the original.
 */
export function placementFieldsOfDaemonSet(daemonSet: DaemonSet): DaemonSet {
  const metadata = asObject(asObject(daemonSet).metadata);
  const identity: Record<string, string | number> = {};
  for (const field of ['name', 'namespace', 'uid'] as const) {
    const value = metadata[field];
    if (typeof value === 'string') identity[field] = value;
  }
  if (typeof metadata.generation === 'number') identity.generation = metadata.generation;
  return { metadata: identity, spec: { template: { spec: podSpecOf(readDaemonSetFields(daemonSet)) } } };
}

function podSpecOf({ nodeName, nodeSelector, terms, tolerations, hostNetwork }: DaemonSetFields): PodSpec {
  return {
    ...(nodeName === '' ? {} : { nodeName }),
    ...(nodeSelector.length === 0
      ? {}
      : { nodeSelector: Object.fromEntries(nodeSelector.map(({ key, value }) => [key, value])) }),
    ...(terms === null ? {} : { affinity: requiredAffinity(terms) }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map(tolerationObject) }),
    ...(hostNetwork ? { hostNetwork } : {}),
  };
}

function requiredAffinity(terms: readonly TermFields[]): PodSpec['affinity'] {
  const nodeSelectorTerms = terms.map(
    ({ matchExpressions, matchFields }): NodeSelectorTerm => ({
      ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
      ...(matchFields.length === 0 ? {} : { matchFields }),
    }),
  );
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

/** A toleration without its empty fields. */
export function tolerationObject(fields: TolerationFields): Toleration {
  const toleration: { -readonly [Field in keyof Toleration]: Toleration[Field] } = {};
  if (fields.key !== '') toleration.key = fields.key;
  if (fields.operator !== '') toleration.operator = fields.operator;
  if (fields.value !== '') toleration.value = fields.value;
  if (fields.effect !== '') toleration.effect = fields.effect;
  if (fields.tolerationSeconds !== null) toleration.tolerationSeconds = fields.tolerationSeconds;
  return toleration;
}
