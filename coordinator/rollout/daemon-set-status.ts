/** The status of a DaemonSet as Kubernetes counts it (pkg/controller/daemon updateDaemonSetStatus). */
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import type { DaemonSetStatus, OwnedDaemonSet, OwnedNode, OwnedPod } from './daemon-set-state.ts';
import { comparePods } from './pods-by-node.ts';
import { TEMPLATE_GENERATION_LABEL } from './template-generation.ts';

export function daemonSetStatus(
  daemonSet: OwnedDaemonSet,
  nodes: readonly OwnedNode[],
  byNode: ReadonlyMap<string, readonly OwnedPod[]>,
  nowMs: number,
): DaemonSetStatus {
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 };
  for (const { name, verdict } of nodes) {
    const pods = byNode.get(name) ?? [];
    if (verdict !== 'run') counts.misscheduled += Number(pods.length > 0);
    else {
      counts.desired++;
      const pod = representative(pods);
      if (pod === null) continue;
      counts.current++;
      counts.ready += Number(pod.isReady);
      counts.available += Number(isAvailable(pod, daemonSet, nowMs));
      counts.updated += Number(isUpdated(pod, daemonSet));
    }
  }
  return {
    desiredNumberScheduled: counts.desired,
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    numberReady: counts.ready,
    updatedNumberScheduled: counts.updated,
    numberAvailable: counts.available,
    numberUnavailable: counts.desired - counts.available,
    observedGeneration: daemonSet.generation,
  };
}

/** When the next pod that is ready becomes available; `null` if none is waiting for that. */
export function nextAvailableMs(
  { minReadySeconds }: OwnedDaemonSet,
  pods: readonly OwnedPod[],
  nowMs: number,
): number | null {
  if (minReadySeconds === 0) return null;
  let next: number | null = null;
  for (const { isReady, readySinceMs } of pods) {
    const atMs = readySinceMs + minReadySeconds * 1000;
    if (isReady && readySinceMs !== 0 && atMs > nowMs && (next === null || atMs < next)) next = atMs;
  }
  return next;
}

/** The pod that stands for its node; `null` without one. */
function representative(pods: readonly OwnedPod[]): OwnedPod | null {
  const [first, ...others] = pods;
  if (first === undefined) return null;
  return others.reduce((best, pod) => (comparePods(pod, best) < 0 ? pod : best), first);
}

/** Ready for at least minReadySeconds (IsPodAvailable). */
function isAvailable({ isReady, readySinceMs }: OwnedPod, { minReadySeconds }: OwnedDaemonSet, nowMs: number): boolean {
  if (!isReady) return false;
  return minReadySeconds === 0 || (readySinceMs !== 0 && readySinceMs + minReadySeconds * 1000 <= nowMs);
}

/** Either label is enough (pkg/controller/daemon/util IsPodUpdated). */
function isUpdated({ labels }: OwnedPod, { revisionHash, templateGeneration }: OwnedDaemonSet): boolean {
  if (revisionHash !== '' && labels[TEMPLATE_REVISION_LABEL] === revisionHash) return true;
  return templateGeneration !== null && labels[TEMPLATE_GENERATION_LABEL] === templateGeneration;
}
