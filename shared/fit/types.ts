/** The vocabulary of fit: what a daemon pod needs of a node, what is taken there, and whether it has room. */
import type { DaemonSetKey } from '../model/model.ts';

/**
 * Amounts by resource name, as the scheduler counts them: `cpu` in millicores, everything else in whole
 * units (bytes, pods, devices).
 */
export type Amounts = Readonly<Record<string, number>>;

export interface HostPort {
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  /** `0.0.0.0` is every address. */
  readonly hostIP: string;
  readonly port: number;
}

/** What a pod asks of the node that it runs on. */
export interface PodNeeds {
  /** Only what is more than 0. */
  readonly requests: Amounts;
  readonly hostPorts: readonly HostPort[];
}

/** What some pods of a node take together. */
export interface PodUsage {
  readonly podCount: number;
  readonly requests: Amounts;
  readonly hostPorts: readonly TakenPort[];
}

export interface TakenPort extends HostPort {
  /** `namespace/name` of the pod that has it. */
  readonly pod: string;
}

/** What the pods of a node take, of each DaemonSet apart: a daemon pod must not stand in its own way. */
export interface NodeUsage {
  /** Pods that no DaemonSet owns. */
  readonly others: PodUsage;
  /** Sorted by DaemonSet. */
  readonly daemonSets: readonly DaemonSetUsage[];
}

export interface DaemonSetUsage {
  readonly daemonSet: DaemonSetKey;
  readonly usage: PodUsage;
}

/** An answer that may be lacking: what is not known is neither yes nor no. */
export type Answer = 'yes' | 'no' | 'unknown';

export interface FitResult {
  readonly fits: Answer;
  /** Everything that stands in the way, or what is not known; empty where it fits. */
  readonly reasons: readonly FitReason[];
}

/** Stable, never reused with another meaning; docs/placement.md lists them. */
export const FIT_REASON_CODES = [
  'RESOURCE_INSUFFICIENT',
  'HOST_PORT_TAKEN',
  'TOO_MANY_PODS',
  'REQUESTS_UNKNOWN',
  'ALLOCATABLE_UNKNOWN',
  'USAGE_UNKNOWN',
] as const;

export type FitReasonCode = (typeof FIT_REASON_CODES)[number];

export interface FitReason {
  /** One of FIT_REASON_CODES, or one that a newer coordinator sent. */
  readonly code: FitReasonCode | (string & {});
  /** One sentence for people. */
  readonly message: string;
  /** With RESOURCE_INSUFFICIENT and TOO_MANY_PODS: which resource, else `''`. */
  readonly resource: string;
  /** Of that resource: what the daemon pod asks for, what the node has, what other pods take. */
  readonly requested: number;
  readonly allocatable: number;
  readonly used: number;
  /** With HOST_PORT_TAKEN: `namespace/name` of the pod that has it, else `''`. */
  readonly pod: string;
}
