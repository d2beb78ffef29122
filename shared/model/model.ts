/**
 * The words of the roll as values: what agents report and what they are assigned. Wire and file
 * formats are turned into these at the edge, and nothing inside knows any other form.
 */
import type { Amounts, NodeUsage } from '../fit/types.ts';
import type { Verdict } from '../placement/types.ts';

/** `namespace/name`: how a DaemonSet is named everywhere inside. */
export type DaemonSetKey = string;

export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly NodeTaint[];
  readonly unschedulable: boolean;
  /** Sorted by type. */
  readonly conditions: readonly FactCondition[];
  readonly versions: NodeVersions;
  /** Kubernetes' resourceVersion, or a digest where the source is a file. */
  readonly resourceVersion: string;
  /** What the node has for pods; empty where it is not known. */
  readonly allocatable: Amounts;
}

export interface NodeTaint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface FactCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface NodeVersions {
  readonly kubelet: string;
  readonly kernel: string;
  readonly containerRuntime: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  readonly architecture: string;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

/** What an agent says of one daemon pod on its node. */
export interface PodHealth {
  readonly daemonSet: DaemonSetKey;
  readonly daemonSetUid: string;
  readonly podName: string;
  readonly podUid: string;
  readonly phase: PodPhase;
  readonly ready: boolean;
  /** Ready for at least the DaemonSet's minReadySeconds. */
  readonly available: boolean;
  readonly restartCount: number;
  /** Why a container waits or the pod failed, for example CrashLoopBackOff; `''` when it does not. */
  readonly waitingReason: string;
  readonly waitingMessage: string;
  /** The pod's controller-revision-hash. */
  readonly templateRevision: string;
  /** Since when ready is what it is; 0 where it is not known. */
  readonly sinceMs: number;
  /** 0 where it is not known. */
  readonly createdMs: number;
  readonly terminating: boolean;
}

/** A placement made concrete for one node. A verdict of `none` is no assignment. */
export interface Assignment {
  readonly daemonSet: DaemonSetKey;
  readonly daemonSetUid: string;
  readonly verdict: Exclude<Verdict, 'none'>;
  /** A daemon pod of another template revision is outdated. */
  readonly templateRevision: string;
  /** The revision at which this assignment last changed. */
  readonly version: number;
  readonly minReadySeconds: number;
  /** Whether a pod of this revision may stand beside one of an older revision (rollingUpdate.maxSurge). */
  readonly surge: boolean;
}

export type DriftKind = 'missing' | 'unexpected' | 'duplicate' | 'outdated' | 'unhealthy' | 'unknown';

/** One disagreement of an assignment with reality on one node. */
export interface Drift {
  readonly kind: DriftKind;
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** `''` where no pod is there. */
  readonly podName: string;
  readonly detail: string;
  readonly sinceMs: number;
}

export interface NodeReport {
  readonly sequence: number;
  readonly observedMs: number;
  readonly facts: NodeFacts;
  readonly source: string;
  /** Set while the agent cannot read its source; facts are then the last good ones. */
  readonly problem: string;
}

export interface PodReport {
  readonly sequence: number;
  readonly observedMs: number;
  /** Sorted by DaemonSet and pod name. */
  readonly pods: readonly PodHealth[];
  /** The revision of the assignments that drifts was computed against. */
  readonly verifiedRevision: number;
  readonly drifts: readonly Drift[];
  /** What all pods of the node take, daemon pods or not; `null` where the agent cannot say. */
  readonly usage: NodeUsage | null;
}
