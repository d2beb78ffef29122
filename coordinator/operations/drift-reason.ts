/**
 * The reason of a drift as a label value: a known reason of Kubernetes, or `Other`. Other reasons of a kubelet or a
 * container runtime must not create new label values.
 */
import type { Drift } from '../../shared/model/drift.ts';

/** Waiting and termination reasons of kubelet and scheduler (kubernetes pkg/kubelet/{images,kuberuntime,container}). */
const KNOWN = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ContainerCreating',
  'PodInitializing',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'OOMKilled',
  'Error',
  'Completed',
  'Evicted',
  'ContainersNotReady',
  'ReadinessGatesNotReady',
  'Unschedulable',
  'NodeLost',
]);

/** `''` if the kind needs no reason. */
export function driftReason({ kind, detail }: Drift): string {
  if (kind !== 'unhealthy' && kind !== 'missing') return '';
  const word = /^\w*/.exec(detail)?.[0] ?? '';
  if (word === '' && kind === 'missing') return '';
  return KNOWN.has(word) ? word : 'Other';
}
