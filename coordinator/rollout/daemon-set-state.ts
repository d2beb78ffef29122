/** What the planner knows of one DaemonSet, its nodes and its pods. Values only: nothing here reads a clock or a cluster. */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { LabelSelector } from '../../shared/kubernetes/objects.ts';
import type { PodPhase } from '../../shared/model/pod-health.ts';
import type { Verdict } from '../../shared/placement/types.ts';

export interface OwnedDaemonSet {
  readonly key: DaemonSetKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly selector: LabelSelector | null;
  readonly isBeingDeleted: boolean;
  readonly minReadySeconds: number;
  /** The value of the label `pod-template-generation`; `null` if the DaemonSet has no valid annotation. */
  readonly templateGeneration: string | null;
  /** The value of the label `controller-revision-hash` of new pods. */
  readonly revisionHash: string;
  /** As it was last read. */
  readonly status: DaemonSetStatus;
}

/** The counters of `status`; one that is absent in the object is 0. */
export interface DaemonSetStatus {
  readonly desiredNumberScheduled: number;
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly numberReady: number;
  readonly updatedNumberScheduled: number;
  readonly numberAvailable: number;
  readonly numberUnavailable: number;
  readonly observedGeneration: number;
}

/** A node of the inventory, with the placement in force. */
export interface OwnedNode {
  readonly name: string;
  readonly uid: string;
  readonly verdict: Verdict;
}

/** A pod in the namespace of the DaemonSet that it controls, or that no controller owns. */
export interface OwnedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The uid of its controller; `''` without one. */
  readonly controllerUid: string;
  /** The node to which it is bound; `''` before. */
  readonly boundNode: string;
  /** The node to which it is bound or that its affinity names; `null` where neither is known. */
  readonly targetNode: string | null;
  readonly phase: PodPhase;
  readonly isReady: boolean;
  /** When it became ready, by the clock of its kubelet; 0 where unknown. */
  readonly readySinceMs: number;
  readonly createdMs: number;
  readonly isTerminating: boolean;
  /** Why it failed, for example `Evicted: The node was low on resource: memory.`; otherwise `''`. */
  readonly failure: string;
  /** The API server completed its name, as for the built-in controller. Names of pods that Rollcall creates are complete. */
  readonly hasGeneratedName: boolean;
}
