/** The status of the cluster as `status` and `npm start` print it, and its JSON (docs/cli.md). */
import type { GetStatusResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { JournalStatus__Output } from '../../shared/rpc/generated/rollcall/v1/JournalStatus.ts';
import type { DaemonSetView } from './daemon-set-view.ts';
import { type HorizonView, horizonView } from './moment-view.ts';
import type { NodeView } from './node-view.ts';
import type { DriftView, PlacementView } from './placement-view.ts';
import { timeView } from './wire-fields.ts';

export interface ClusterView {
  readonly status: StatusView;
  readonly daemonSets: readonly DaemonSetView[];
  readonly nodes: readonly NodeView[];
  readonly drifts: readonly DriftView[];
}

/** The status of one DaemonSet. */
export interface DaemonSetStatusView {
  readonly daemonSet: DaemonSetView;
  readonly drifts: readonly DriftView[];
}

/** A node or a DaemonSet with all its placements. */
export interface NodeDetailView {
  readonly node: NodeView;
  readonly placements: readonly PlacementView[];
}
export interface DaemonSetDetailView {
  readonly daemonSet: DaemonSetView;
  readonly placements: readonly PlacementView[];
}

export interface StatusView {
  readonly coordinatorVersion: string;
  readonly storeId: string;
  /** The newest durable revision. */
  readonly revision: number;
  readonly startTime: string | null;
  /** True once every source has been read and every node has reported. */
  readonly complete: boolean;
  readonly nodes: number;
  readonly presentNodes: number;
  /** Nodes whose agent is absent, and the last report of the one that has been absent for the longest time. */
  readonly absentNodes: number;
  readonly oldestReportTime: string | null;
  /** Present nodes whose newest assignments are acknowledged and compared with the pods. */
  readonly reportedNodes: number;
  readonly daemonSets: number;
  /** DaemonSets whose newest manifest was rejected. */
  readonly rejectedDaemonSets: number;
  /** Problems with the sources, one sentence each. */
  readonly problems: readonly string[];
  /** `null` for the past, or if the coordinator does not report it. */
  readonly journal: JournalView | null;
  /** Work done since the start. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface JournalView {
  /** False while the journal cannot be written; the coordinator then accepts no changes. */
  readonly writable: boolean;
  /** Why the journal is not writable; `''` if it is. */
  readonly problem: string;
  /** Sizes of the database file and of its write-ahead log. */
  readonly bytes: number;
  readonly walBytes: number;
  /** Events that wait to be written. */
  readonly queuedRows: number;
  readonly horizon: HorizonView | null;
}

function journalView(wire: JournalStatus__Output): JournalView {
  return {
    writable: wire.writable,
    problem: wire.problem,
    bytes: Number(wire.bytes),
    walBytes: Number(wire.walBytes),
    queuedRows: Number(wire.queuedEventCount),
    horizon: horizonView(wire.horizon),
  };
}

export function statusView(wire: GetStatusResponse__Output): StatusView {
  const counters = Object.entries(wire.counters).map(([name, value]) => [name, Number(value)] as const);
  return {
    coordinatorVersion: wire.coordinatorVersion,
    storeId: wire.storeId,
    revision: Number(wire.revision),
    startTime: timeView(wire.startTime),
    complete: wire.complete,
    nodes: wire.nodeCount,
    presentNodes: wire.presentNodeCount,
    absentNodes: wire.absentNodeCount,
    oldestReportTime: timeView(wire.oldestReportTime),
    reportedNodes: wire.reportedNodeCount,
    daemonSets: wire.daemonSetCount,
    rejectedDaemonSets: wire.rejectedDaemonSetCount,
    problems: wire.problems,
    journal: wire.journal && journalView(wire.journal),
    counters: Object.fromEntries(counters.sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
