/**
 * The reason of a drift as a label: a word that Kubernetes is known to give, or `Other`. Whatever a
 * kubelet or a container runtime makes up must not become a label of its own.
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

/** `''` where the kind says it all. */
export function driftReason({ kind, detail }: Drift): string {
  if (kind !== 'unhealthy' && kind !== 'missing') return '';
  const word = /^\w*/.exec(detail)?.[0] ?? '';
  if (word === '' && kind === 'missing') return '';
  return KNOWN.has(word) ? word : 'Other';
}
