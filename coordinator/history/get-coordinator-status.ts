/** The status of the cluster, the coordinator and its journal. */
import { getStatus } from '../../shared/answers/get-status.ts';
import { type ManifestProblem, problemSentence } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import type { JournalPart } from './journal-reads.ts';
import { journalStatusToWire } from './journal-status-to-wire.ts';

export interface StatusDependencies {
  readonly version: string;
  readonly journal: JournalPart<'storeId' | 'status', 'horizon' | 'sourceProblemsAt'>;
  /** `null` in the history thread. */
  readonly liveStatus: (() => LiveStatus) | null;
}

/** What only a running coordinator knows. */
export interface LiveStatus {
  readonly startedMs: number;
  readonly rejectedDaemonSetCount: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly problems: readonly ManifestProblem[];
}

export async function getCoordinatorStatus(
  { at }: GetStatusRequest__Output,
  snapshot: ClusterSnapshot,
  { version, journal, liveStatus }: StatusDependencies,
): Promise<GetStatusResponse> {
  const { revision, isFromJournal } = snapshot.asOf;
  return {
    ...(await getStatus(snapshot)),
    coordinatorVersion: version,
    storeId: journal.storeId,
    // Also in an answer about now that is read from the journal because the journal cannot write.
    ...(at === null && { journal: await journalStatusToWire(journal) }),
    ...(isFromJournal && { problems: [...(await journal.history.sourceProblemsAt(revision))] }),
    ...(!isFromJournal && liveStatus !== null && liveStatusToWire(liveStatus())),
  };
}

function liveStatusToWire({ startedMs, problems, ...counts }: LiveStatus): GetStatusResponse {
  return { startTime: timeToWire(startedMs), problems: problems.map(problemSentence), ...counts };
}
