/**
 * Selects the fields of a DaemonSet that the journal records, one by one: those that a placement reads, and the images. Commands,
 * environment variables, and annotations, which may repeat them, are never recorded.
 */
import type { DaemonSet, NodeSelectorTerm, Requirement } from '../kubernetes/objects.ts';
import type { PodNeeds } from '../kubernetes/pod-needs.ts';
import type { DaemonSetRecord } from '../model/daemon-set-record.ts';

export function recordedDaemonSet(record: DaemonSetRecord): DaemonSetRecord {
  const { key, uid, generation, templateRevision, minReadySeconds, surge, digest, source } = record;
  const placement = placementFields(record.placement);
  const needs = record.needs && podNeeds(record.needs);
  const images = record.images && { ...record.images };
  return { key, uid, generation, templateRevision, minReadySeconds, surge, needs, images, placement, digest, source };
}

function podNeeds({ requests, hostPorts }: PodNeeds): PodNeeds {
  return {
    requests: { ...requests },
    hostPorts: hostPorts.map(({ protocol, hostIP, port }) => ({ protocol, hostIP, port })),
  };
}

function placementFields(daemonSet: DaemonSet): DaemonSet {
  const { name, namespace, uid } = daemonSet.metadata ?? {};
  const { nodeName, nodeSelector, affinity, tolerations, hostNetwork } = daemonSet.spec?.template?.spec ?? {};
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return {
    apiVersion: daemonSet.apiVersion,
    kind: daemonSet.kind,
    metadata: { name, namespace, uid },
    spec: {
      template: {
        spec: {
          nodeName,
          nodeSelector: nodeSelector && { ...nodeSelector },
          affinity: required && {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: required.nodeSelectorTerms?.map(selectorTerm),
              },
            },
          },
          tolerations: tolerations?.map(({ key, operator, value, effect, tolerationSeconds }) => ({
            key,
            operator,
            value,
            effect,
            tolerationSeconds,
          })),
          hostNetwork,
        },
      },
    },
  };
}

/** Kubernetes treats a `null` term as an empty term. */
function selectorTerm(term: NodeSelectorTerm | null): NodeSelectorTerm {
  return {
    matchExpressions: term?.matchExpressions?.map(requirement),
    matchFields: term?.matchFields?.map(requirement),
  };
}

function requirement({ key, operator, values }: Requirement): Requirement {
  return { key, operator, values };
}
