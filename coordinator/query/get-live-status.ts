/** The status of now, with what only a running coordinator knows. */
import { problemSentence } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { getStatusWithJournal } from '../history/get-status.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';

export async function getLiveStatus(
  request: GetStatusRequest__Output,
  snapshot: ClusterSnapshot,
  context: CoordinatorContext,
): Promise<GetStatusResponse> {
  const { evaluator, counters, startedMs } = context;
  return {
    ...(await getStatusWithJournal(request, snapshot, context)),
    startTime: timeToWire(startedMs),
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    counters: counters.toRecord(),
    problems: evaluator.problems.map(problemSentence),
  };
}
