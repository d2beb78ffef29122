/** Drift: an assignment and the pods on the node disagree. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';

/** All kinds, in the order in which the drifts of a DaemonSet are listed. */
export const DRIFT_KINDS = ['missing', 'unexpected', 'duplicate', 'outdated', 'unhealthy', 'unknown'] as const;

export type DriftKind = (typeof DRIFT_KINDS)[number];

/** One disagreement about one DaemonSet on one node. */
export interface Drift {
  readonly kind: DriftKind;
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** `''` for a drift without a pod. */
  readonly podName: string;
  readonly detail: string;
  readonly sinceMs: number;
}
