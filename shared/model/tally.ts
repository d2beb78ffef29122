/** Counts of nodes and placements in a cluster snapshot. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DriftKind } from './drift.ts';

/** Counts of the pairs of one DaemonSet or of one node. */
export interface PodCounts {
  /** Verdict run. */
  desired: number;
  /** Desired, with a daemon pod in any phase. */
  current: number;
  /** Desired, with a daemon pod that is ready. */
  ready: number;
  /** Desired, with a daemon pod of the template revision in force. */
  upToDate: number;
  /** Desired, with a daemon pod that is ready for at least minReadySeconds; `null` if it is unknown of some pod. */
  available: number | null;
  /** Not desired, but with a daemon pod. */
  misscheduled: number;
  selected: number;
  /** Desired, with room for a daemon pod, and without; of the others it is unknown. */
  fits: number;
  doesNotFit: number;
  /** Verdict keep. */
  keep: number;
}

/** Counts of the nodes of one DaemonSet, and of its drifts by kind. */
export interface Counts extends PodCounts, Record<DriftKind, number> {
  /** Verdict none. */
  none: number;
  acknowledged: number;
  /** Nodes that are desired or have a daemon pod, and whose agent is absent. */
  staleNodeCount: number;
  /** When the agent that is absent for longest was last seen; 0 if none of these agents is absent. */
  oldestReportMs: number;
  /** Desired nodes whose agent was never seen. */
  unreportedNodeCount: number;
}

/** Counts of the DaemonSets of one node. */
export interface NodeCounts extends Readonly<PodCounts> {
  readonly driftCount: number;
}

/** Counts of all nodes of a snapshot. */
export interface Tally {
  readonly nodeCount: number;
  readonly presentCount: number;
  readonly absentCount: number;
  /** When the agent that is absent for longest was last seen; 0 if no agent is absent. */
  readonly oldestReportMs: number;
  /** Nodes whose agent has verified its pods against the newest assignments. */
  readonly answeredCount: number;
  readonly daemonSets: ReadonlyMap<DaemonSetKey, Counts>;
}
