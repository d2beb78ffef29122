/** What the DaemonSet controller counts of one DaemonSet on one node (Kubernetes' updateDaemonSetStatus). Pure. */
import type { PodHealth } from '../model/pod-health.ts';
import { isOfPredecessor, oldestPod } from '../verify/daemon-pods.ts';

/** What of a DaemonSet its pods are compared with. */
export interface PodTemplate {
  readonly uid: string;
  readonly templateRevision: string;
  readonly minReadySeconds: number;
}

/** When the counts are made, and whether it is a moment of the past. */
export interface CountMoment {
  readonly timeMs: number;
  readonly isFromJournal: boolean;
}

/** Of the oldest pod, which is the only one that counts. */
export interface PodStanding {
  readonly isReady: boolean;
  readonly isUpToDate: boolean;
  /** `null` where it is not known. */
  readonly isAvailable: boolean | null;
}

/**
 * `pods`: of the DaemonSet's name on the node, without those that ended and are being deleted. `null` where none of
 * them belongs to the DaemonSet.
 */
export function podStanding(
  pods: readonly PodHealth[] | undefined,
  template: PodTemplate,
  moment: CountMoment,
): PodStanding | null {
  const oldest = oldestPod(pods?.filter((pod) => !isOfPredecessor(pod, template.uid)) ?? []);
  if (oldest === undefined) return null;
  return {
    isReady: oldest.ready,
    isUpToDate: oldest.templateRevision !== '' && oldest.templateRevision === template.templateRevision,
    isAvailable: isAvailable(oldest, template, moment),
  };
}

/** Ready for minReadySeconds at the moment (Kubernetes' IsPodAvailable), also where no report says so yet. */
function isAvailable(
  { ready, available, sinceMs }: PodHealth,
  { minReadySeconds }: PodTemplate,
  { timeMs, isFromJournal }: CountMoment,
): boolean | null {
  if (!ready || minReadySeconds === 0) return ready;
  if (sinceMs === 0) return isFromJournal ? null : available;
  return sinceMs + minReadySeconds * 1000 <= timeMs;
}
