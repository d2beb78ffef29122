/** The part of a pod that own mode keeps in memory. A cluster can have 150,000 daemon pods. */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import type { PodPhase } from '../../shared/model/pod-health.ts';
import { LABELS_CACHED_MAX } from '../limits.ts';
import { ownersOf } from '../rollout/controller-reference.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';

const PHASES: ReadonlySet<unknown> = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);

/** False for the pods of other controllers, which are most pods of a cluster. */
export function isDaemonPodOrOrphan({ metadata }: RawObject): boolean {
  const controller = ownersOf(metadata).find((owner) => owner['controller'] === true);
  return controller === undefined || controller['kind'] === 'DaemonSet';
}

export function toOwnedPod(object: RawObject): OwnedPod {
  const { metadata } = object;
  const pod = object as Pod;
  const { phase, reason = '', message = '', conditions = [] } = pod.status ?? {};
  const controller = ownersOf(metadata).find((owner) => owner['controller'] === true);
  const ready = conditions.find(({ type }) => type === 'Ready');
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion,
    labels: sharedLabels(metadata['labels']),
    controllerUid: typeof controller?.['uid'] === 'string' ? controller['uid'] : '',
    boundNode: pod.spec?.nodeName ?? '',
    targetNode: targetNodeName(pod),
    phase: PHASES.has(phase) ? (phase as PodPhase) : 'Unknown',
    isReady: ready?.status === 'True',
    readySinceMs: timeMs(ready?.lastTransitionTime),
    createdMs: timeMs(metadata['creationTimestamp']),
    isTerminating: metadata['deletionTimestamp'] != null,
    hasGeneratedName: typeof metadata['generateName'] === 'string',
    failure: phase === 'Failed' ? [reason, message].filter((part) => part !== '').join(': ') : '',
  };
}

/** The pods of a DaemonSet have equal labels; each set of labels is kept once. A full cache is cleared. */
const labelSets = new Map<string, Readonly<Record<string, string>>>();

function sharedLabels(labels: unknown): Readonly<Record<string, string>> {
  if (!isObject(labels)) return {};
  const text = JSON.stringify(labels);
  const known = labelSets.get(text);
  if (known !== undefined) return known;
  if (labelSets.size >= LABELS_CACHED_MAX) labelSets.clear();
  labelSets.set(text, labels as Record<string, string>);
  return labels as Record<string, string>;
}

/** 0 where the time is missing or not valid. */
function timeMs(time: unknown): number {
  const milliseconds = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
