/** Which pods belong to a DaemonSet, and which it adopts or releases (Kubernetes pkg/controller/controller_ref_manager.go). */
import type { PodAction } from './daemon-set-plan.ts';
import type { OwnedDaemonSet, OwnedPod } from './daemon-set-state.ts';
import { podSelector } from './pod-selector.ts';

export interface ClaimedPods {
  /** The pods that the DaemonSet controls, without those that it releases. An adopted pod joins them once it has the owner reference. */
  readonly pods: readonly OwnedPod[];
  readonly actions: readonly PodAction[];
}

export function claimPods({ uid, selector }: OwnedDaemonSet, candidates: Iterable<OwnedPod>): ClaimedPods {
  const matches = podSelector(selector);
  const pods: OwnedPod[] = [];
  const actions: PodAction[] = [];
  for (const pod of candidates) {
    if (pod.controllerUid !== '' && pod.controllerUid !== uid) continue;
    const isSelected = matches(pod.labels);
    const isOwned = pod.controllerUid === uid;
    const node = pod.targetNode ?? '';
    if (isOwned && isSelected) pods.push(pod);
    else if (isOwned) actions.push({ verb: 'release', pod, node, reason: 'selector-mismatch', detail: '' });
    else if (isSelected && !pod.isTerminating) {
      actions.push({ verb: 'adopt', pod, node, reason: 'selector-match', detail: '' });
      // Counts as a pod of its node at once, so that no other one is created there meanwhile.
      pods.push(pod);
    }
  }
  return { pods, actions };
}
