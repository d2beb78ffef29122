/** The pods of a DaemonSet by their node (Kubernetes pkg/controller/daemon getNodesToDaemonPods), and their order. */
import type { OwnedPod } from './daemon-set-state.ts';

export interface PodsByNode {
  readonly byNode: ReadonlyMap<string, readonly OwnedPod[]>;
  /** Pods that name no node. Nothing is done about them, and they are not counted. */
  readonly unknownTarget: readonly OwnedPod[];
}

export function podsByNode(pods: readonly OwnedPod[]): PodsByNode {
  const byNode = new Map<string, OwnedPod[]>();
  const unknownTarget: OwnedPod[] = [];
  for (const pod of pods) {
    // A pod that has ended and waits for a finalizer does not delay its successor (kubernetes/kubernetes#118716).
    if (hasEnded(pod) && pod.isTerminating) continue;
    if (pod.targetNode === null) unknownTarget.push(pod);
    else {
      const known = byNode.get(pod.targetNode);
      if (known === undefined) byNode.set(pod.targetNode, [pod]);
      else known.push(pod);
    }
  }
  return { byNode, unknownTarget };
}

export function hasEnded({ phase }: OwnedPod): boolean {
  return phase === 'Failed' || phase === 'Succeeded';
}

/**
 * Sorts the pod that represents its node, and that stays if there are several, first: bound before unbound, then the older, then by
 * name (podByCreationTimestampAndPhase, which ignores the phase).
 */
export function comparePods(left: OwnedPod, right: OwnedPod): number {
  if ((left.boundNode === '') !== (right.boundNode === '')) return left.boundNode === '' ? 1 : -1;
  if (left.createdMs !== right.createdMs) return left.createdMs - right.createdMs;
  return left.name < right.name ? -1 : Number(left.name > right.name);
}
