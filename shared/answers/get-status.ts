/** Summarizes a cluster snapshot. */
import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { GetStatusResponse } from '../rpc/generated/rollcall/v1/GetStatusResponse.ts';
import { timeToWire } from '../rpc/wire-time.ts';

/** Without what describes the coordinator and its journal. */
export async function getStatus(snapshot: ClusterSnapshot): Promise<GetStatusResponse> {
  const { nodeCount, presentCount, absentCount, answeredCount, oldestReportMs } = await snapshot.tally([]);
  const daemonSets = [...(await snapshot.daemonSets()).values()];
  return {
    revision: String(snapshot.asOf.revision),
    nodeCount,
    presentNodeCount: presentCount,
    absentNodeCount: absentCount,
    oldestReportTime: timeToWire(oldestReportMs),
    reportedNodeCount: answeredCount,
    daemonSetCount: daemonSets.filter(({ placed }) => placed !== null).length,
    rejectedDaemonSetCount: daemonSets.filter(({ rejections }) => rejections.length > 0).length,
    complete: snapshot.isSynced && answeredCount === nodeCount,
  };
}
