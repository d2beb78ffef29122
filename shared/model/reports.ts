/** The reports that an agent sends about its node and about the daemon pods on it. */
import type { Drift } from './drift.ts';
import type { NodeFacts } from './node-facts.ts';
import type { NodeUsage } from './node-usage.ts';
import type { PodHealth } from './pod-health.ts';

export interface NodeReport {
  readonly sequence: number;
  readonly observedMs: number;
  readonly facts: NodeFacts;
  readonly source: string;
  /** Why the agent cannot read its source, or `''`. With a problem, `facts` are the last ones that were read. */
  readonly problem: string;
}

export interface PodReport {
  readonly sequence: number;
  readonly observedMs: number;
  /** Sorted by DaemonSet and pod name. */
  readonly pods: readonly PodHealth[];
  /** The revision of the assignments that `drifts` was computed from. */
  readonly verifiedRevision: number;
  readonly drifts: readonly Drift[];
  /** Resources that all pods of the node use, daemon pods or not; `null` where the agent does not know. */
  readonly usage: NodeUsage | null;
}
