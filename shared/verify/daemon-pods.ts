/** The daemon pods that the DaemonSet controller sees on one node, and their order (Kubernetes daemon_controller.go). */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { PodHealth } from '../model/pod-health.ts';

/** Leaves out pods that ended and are being deleted: they only wait for their finalizers. */
export function podsByDaemonSet(pods: readonly PodHealth[]): Map<DaemonSetKey, PodHealth[]> {
  const groups = new Map<DaemonSetKey, PodHealth[]>();
  for (const pod of pods) {
    if (pod.terminating && hasEnded(pod)) continue;
    const group = groups.get(pod.daemonSet);
    if (group === undefined) groups.set(pod.daemonSet, [pod]);
    else group.push(pod);
  }
  return groups;
}

export function hasEnded({ phase }: PodHealth): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether the pod belongs to a deleted DaemonSet of the same name. Without uids (files), it is assumed not to. */
export function isOfPredecessor(pod: PodHealth, daemonSetUid: string): boolean {
  return daemonSetUid !== '' && pod.daemonSetUid !== '' && pod.daemonSetUid !== daemonSetUid;
}

/** The pod that represents its DaemonSet on the node in the status, and that stays where there are several. */
export function oldestPod(pods: readonly PodHealth[]): PodHealth | undefined {
  return pods.length <= 1 ? pods[0] : pods.toSorted(compareAge)[0];
}

/** Kubernetes' podByCreationTimestampAndPhase: scheduled pods first, then by age, then by name. */
export function compareAge(left: PodHealth, right: PodHealth): number {
  const byScheduled = Number(left.unscheduled ?? false) - Number(right.unscheduled ?? false);
  return byScheduled || left.createdMs - right.createdMs || compareText(left.podName, right.podName);
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
