/** The status of the cluster, the coordinator and its journal. */
import { getStatus } from '../../shared/answers/get-status.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { JournalContext } from './history-context.ts';
import { journalStatus } from './journal-status.ts';

export async function getStatusWithJournal(
  { at }: GetStatusRequest__Output,
  snapshot: ClusterSnapshot,
  context: JournalContext,
): Promise<GetStatusResponse> {
  return {
    ...(await getStatus(snapshot)),
    coordinatorVersion: context.version,
    storeId: context.journal.storeId,
    // Also if the journal cannot write and the answer about now is the newest durable one: the status says why.
    ...(at === null && { journal: await journalStatus(context) }),
    ...(snapshot.asOf.isFromJournal && {
      problems: [...(await context.journal.history.sourceProblemsAt(snapshot.asOf.revision))],
    }),
  };
}
