/** Counts of nodes and placements in a cluster snapshot. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';

/** Counts of the nodes of one DaemonSet. */
export interface Counts {
  wanted: number;
  allowed: number;
  fits: number;
  doesNotFit: number;
  keep: number;
  none: number;
  running: number;
  healthy: number;
  missing: number;
  unexpected: number;
  duplicate: number;
  outdated: number;
  unhealthy: number;
  unknown: number;
  acknowledged: number;
}

/** Counts of one node. */
export interface NodeCounts {
  readonly wanted: number;
  readonly allowed: number;
  readonly fits: number;
  readonly doesNotFit: number;
  readonly keep: number;
  readonly running: number;
  readonly healthy: number;
  readonly driftCount: number;
}

/** Counts of all nodes of a snapshot. */
export interface Tally {
  readonly nodeCount: number;
  readonly presentCount: number;
  /** Nodes whose agent has verified its pods against the newest assignments. */
  readonly answeredCount: number;
  readonly daemonSets: ReadonlyMap<DaemonSetKey, Counts>;
}
