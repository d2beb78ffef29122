/** The whole roll in one value: what `status` and `npm start` show. Also what `status -o json` shows. */
import type { GetStatusResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { DaemonSetView } from './daemon-set-view.ts';
import type { NodeView } from './node-view.ts';
import type { DriftView, PlacementView } from './placement-view.ts';
import { timeView } from './time.ts';

export interface RollView {
  readonly status: StatusView;
  readonly daemonSets: readonly DaemonSetView[];
  readonly nodes: readonly NodeView[];
  readonly drifts: readonly DriftView[];
}

/** The roll of one DaemonSet. */
export interface DaemonSetRollView {
  readonly daemonSet: DaemonSetView;
  readonly drifts: readonly DriftView[];
}

/** One node or one DaemonSet with all its placements. */
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
  /** True once every source has been read and every node has answered. */
  readonly complete: boolean;
  readonly nodes: number;
  readonly presentNodes: number;
  /** Present, and with the newest assignments acknowledged and held against the pods. */
  readonly settledNodes: number;
  readonly daemonSets: number;
  /** DaemonSets whose newest manifest was refused. */
  readonly rejectedDaemonSets: number;
  /** Problems with the sources, one sentence each. */
  readonly problems: readonly string[];
  /** Work done since the start. */
  readonly counters: Readonly<Record<string, number>>;
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
    settledNodes: wire.settledNodeCount,
    daemonSets: wire.daemonSetCount,
    rejectedDaemonSets: wire.rejectedDaemonSetCount,
    problems: wire.problems,
    counters: Object.fromEntries(counters.sort(([left], [right]) => (left < right ? -1 : 1))),
  };
}
