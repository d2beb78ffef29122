/**
 * The pod that a DaemonSet gets on a node (Kubernetes pkg/controller/daemon/util CreatePodTemplate and
 * ReplaceDaemonSetPodNodeNameNodeAffinity, pkg/controller GetPodFromTemplate). The template passes through as it is, with fields
 * that this program does not know.
 */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import { asObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { automaticTolerations } from '../../shared/placement/tolerations.ts';
import { controllerReference } from './controller-reference.ts';
import { TEMPLATE_GENERATION_LABEL, templateGeneration } from './template-generation.ts';

export interface DaemonPodOptions {
  /** As the API server returned it. It is not changed. */
  readonly daemonSet: RawObject;
  readonly node: string;
  /** The hash of the current ControllerRevision. */
  readonly revisionHash: string;
  readonly name: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function daemonPod({ daemonSet, node, revisionHash, name }: DaemonPodOptions): Fields & { metadata: Fields } {
  const template = asObject(asObject(daemonSet['spec'])['template']);
  const { labels, annotations, finalizers } = asObject(template['metadata']);
  const generation = templateGeneration(daemonSet);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: daemonSet.metadata.namespace ?? '',
      labels: {
        ...asObject(labels),
        ...(generation !== null && { [TEMPLATE_GENERATION_LABEL]: generation }),
        [TEMPLATE_REVISION_LABEL]: revisionHash,
      },
      ...(annotations != null && { annotations }),
      ...(finalizers != null && { finalizers }),
      ownerReferences: [controllerReference({ name: daemonSet.metadata.name, uid: daemonSet.metadata.uid ?? '' })],
    },
    spec: podSpec(asObject(template['spec']), node),
  };
}

function podSpec(spec: Fields, node: string): Fields {
  const tolerations = Array.isArray(spec['tolerations']) ? (spec['tolerations'] as unknown[]) : [];
  return {
    ...spec,
    affinity: pinnedTo(node, asObject(spec['affinity'])),
    tolerations: withAutomatic(tolerations, spec['hostNetwork'] === true),
  };
}

/** One term replaces all required terms: they were evaluated already, and the scheduler binds the pod to this node only. */
function pinnedTo(node: string, affinity: Fields): Fields {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const required = { nodeSelectorTerms: [{ matchFields }] };
  const nodeAffinity = {
    ...asObject(affinity['nodeAffinity']),
    requiredDuringSchedulingIgnoredDuringExecution: required,
  };
  return { ...affinity, nodeAffinity };
}

/** An automatic toleration replaces an equal one of the template, with its tolerationSeconds. Others are appended. */
function withAutomatic(tolerations: readonly unknown[], hostNetwork: boolean): unknown[] {
  const merged = [...tolerations];
  for (const { key, operator, effect } of automaticTolerations(hostNetwork)) {
    const added = { key, operator, effect };
    const places = merged.flatMap((toleration, index) => (isSame(asObject(toleration), added) ? [index] : []));
    for (const place of places) merged[place] = added;
    if (places.length === 0) merged.push(added);
  }
  return merged;
}

function isSame(toleration: Fields, added: { key: string; operator: string; effect: string }): boolean {
  const { key, operator, effect, value = '' } = toleration;
  return key === added.key && operator === added.operator && effect === added.effect && value === '';
}
