/** Plans changes on what held at a moment, also if that is now: a plan keeps every node in memory. */
import { planBase, planPlacements } from '../../shared/answers/plan-placements.ts';
import type { PlanPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsRequest.ts';
import type { PlanPlacementsResponse } from '../../shared/rpc/generated/rollcall/v1/PlanPlacementsResponse.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import { historicalSnapshotOf } from './historical-snapshots.ts';
import type { HistoryDependencies, LiveMoment } from './history-rpc.ts';

export async function planHistoricalPlacements(
  request: PlanPlacementsRequest__Output,
  dependencies: HistoryDependencies,
  now: LiveMoment | null,
): Promise<PlanPlacementsResponse> {
  const { snapshots, scheduler } = dependencies;
  const snapshot = now === null ? await historicalSnapshotOf(request.at, dependencies) : snapshots.at(now.asOf);
  const base = await planBase(snapshot, now?.isSynced ?? snapshot.isSynced);
  return { ...(await scheduler.finished(planPlacements(request, base))), asOf: asOfToWire(snapshot.asOf) };
}
