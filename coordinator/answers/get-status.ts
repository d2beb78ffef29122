/** Where the whole roll stands. */
import { problemSentence } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { JournalContext } from '../history/history-context.ts';
import { journalStatus } from '../history/journal-status.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import type { ClusterSnapshot } from './cluster-snapshot.ts';

export async function getStatus(
  { at }: GetStatusRequest__Output,
  snapshot: ClusterSnapshot,
  context: JournalContext,
): Promise<GetStatusResponse> {
  const { nodeCount, presentCount, answeredCount } = await snapshot.tally([]);
  const daemonSets = [...(await snapshot.daemonSets()).values()];
  return {
    coordinatorVersion: context.version,
    storeId: context.journal.storeId,
    revision: String(snapshot.asOf.revision),
    nodeCount,
    presentNodeCount: presentCount,
    settledNodeCount: answeredCount,
    daemonSetCount: daemonSets.filter(({ placed }) => placed !== null).length,
    rejectedDaemonSetCount: daemonSets.filter(({ rejections }) => rejections.length > 0).length,
    complete: snapshot.isSynced && answeredCount === nodeCount,
    // Also of now as it is on disk, where the journal is why nothing newer is told.
    ...(at === null && { journal: await journalStatus(context) }),
    ...(snapshot.asOf.isFromJournal && {
      problems: [...(await context.journal.past.sourceProblemsAt(snapshot.asOf.revision))],
    }),
  };
}

/** With what only the running coordinator knows. */
export async function getStatusNow(
  request: GetStatusRequest__Output,
  snapshot: ClusterSnapshot,
  context: CoordinatorContext,
): Promise<GetStatusResponse> {
  const { evaluator, counters, startedMs } = context;
  return {
    ...(await getStatus(request, snapshot, context)),
    startTime: timeToWire(startedMs),
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    counters: counters.toRecord(),
    problems: evaluator.problems.map(problemSentence),
  };
}
