/** What is to be done about one DaemonSet now, and what has to wait. */
import type { WriteReason } from '../../shared/model/cluster-write.ts';
import type { DaemonSetStatus, OwnedPod } from './daemon-set-state.ts';

export type PodAction =
  | { readonly verb: 'create'; readonly node: string; readonly reason: WriteReason; readonly detail: string }
  | {
      readonly verb: 'delete' | 'adopt' | 'release';
      readonly pod: OwnedPod;
      /** `''` where the pod names no node. */
      readonly node: string;
      readonly reason: WriteReason;
      readonly detail: string;
    };

/**
 * Why nothing is done on a node although something is missing there.
 * - `terminating-pod`: the previous pod has not ended yet.
 * - `failed-pod-backoff`: the pod failed again, and is deleted later.
 * - `unknown-target`: the pod names no node, so nothing is done about it.
 * - `request-refused`: the API server refused the last request; it is repeated later.
 * - `stale-watch`: the watch was not heard of for a while, and the API server does not answer either.
 */
export type HoldReason =
  | 'terminating-pod'
  | 'failed-pod-backoff'
  | 'unknown-target'
  | 'request-refused'
  | 'stale-watch';

export interface Hold {
  readonly node: string;
  readonly reason: HoldReason;
  /** For people: the pod, or the answer of the API server. */
  readonly detail: string;
  /** When it is tried again, as far as that is known. */
  readonly untilMs: number | null;
}

/** An event on the DaemonSet, as the built-in controller emits it (semantics §7.5). */
export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: 'SelectingAll' | 'FailedDaemonPod' | 'SucceededDaemonPod';
  readonly message: string;
}

export interface DaemonSetPlan {
  /** In the order of the nodes. */
  readonly actions: readonly PodAction[];
  readonly holds: readonly Hold[];
  readonly events: readonly PlannedEvent[];
  /** `null` where the built-in controller writes no status: a DaemonSet that is being deleted or that selects all pods. */
  readonly status: DaemonSetStatus | null;
  /** When the plan changes without any other change: at the end of a back-off, or when a pod becomes available. */
  readonly replanAtMs: number | null;
}
