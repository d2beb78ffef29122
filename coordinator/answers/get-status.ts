/** Where the whole roll stands. */
import { problemSentence } from '../../shared/kubernetes/manifest-problem.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { House } from '../server/coordinator-context.ts';
import { journalStatus } from '../history/journal-status.ts';
import type { RecordedHouse } from '../history/history-context.ts';
import type { Roll } from './cluster-snapshot.ts';

export async function getStatus(
  { at }: GetStatusRequest__Output,
  roll: Roll,
  house: RecordedHouse,
): Promise<GetStatusResponse> {
  const { nodeCount, presentCount, answeredCount } = await roll.tally([]);
  const daemonSets = [...(await roll.daemonSets()).values()];
  return {
    coordinatorVersion: house.version,
    storeId: house.journal.storeId,
    revision: String(roll.asOf.revision),
    nodeCount,
    presentNodeCount: presentCount,
    settledNodeCount: answeredCount,
    daemonSetCount: daemonSets.filter(({ placed }) => placed !== null).length,
    rejectedDaemonSetCount: daemonSets.filter(({ rejections }) => rejections.length > 0).length,
    complete: roll.isSynced && answeredCount === nodeCount,
    // Also of now as it is on disk, where the journal is why nothing newer is told.
    ...(at === null && { journal: await journalStatus(house) }),
    ...(roll.asOf.isFromJournal && { problems: [...(await house.journal.past.sourceProblemsAt(roll.asOf.revision))] }),
  };
}

/** With what only the running coordinator knows. */
export async function getStatusNow(
  request: GetStatusRequest__Output,
  roll: Roll,
  house: House,
): Promise<GetStatusResponse> {
  const { evaluator, counters, startedMs } = house;
  return {
    ...(await getStatus(request, roll, house)),
    startTime: timeToWire(startedMs),
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    counters: counters.toRecord(),
    problems: evaluator.problems.map(problemSentence),
  };
}
