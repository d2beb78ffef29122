/** The query service: questions about the roll, its past and its future. It changes nothing. */

import { getDaemonSet, listDaemonSets } from '../../shared/answers/list-daemon-sets.ts';
import { listDrifts } from '../../shared/answers/list-drifts.ts';
import { getNode, listNodes } from '../../shared/answers/list-nodes.ts';
import { listPlacements } from '../../shared/answers/list-placements.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { explainDecision } from '../history/explain-decision.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { fromHistory, fromHistoryOfMoment, listOfMoment, ofMoment, unary } from '../server/handlers.ts';
import { getLiveStatus } from './get-live-status.ts';
import { listAgents } from './list-agents.ts';
import { watchEvents } from './watch-events.ts';

export function queryService(context: CoordinatorContext): QueryServiceHandlers {
  return {
    GetStatus: ofMoment(context, 'GetStatus', getLiveStatus),
    ListDaemonSets: listOfMoment(context, 'ListDaemonSets', listDaemonSets),
    GetDaemonSet: ofMoment(context, 'GetDaemonSet', getDaemonSet),
    ListNodes: listOfMoment(context, 'ListNodes', listNodes),
    GetNode: ofMoment(context, 'GetNode', getNode),
    ListPlacements: listOfMoment(context, 'ListPlacements', (request, snapshot, last) =>
      listPlacements(request, snapshot, last, context),
    ),
    ExplainPlacement: ofMoment(context, 'ExplainPlacement', explainDecision),
    ListDrifts: listOfMoment(context, 'ListDrifts', listDrifts),
    ListAgents: unary(context, listAgents),
    DiffPlacements: fromHistory(context, 'DiffPlacements'),
    ListTimelines: fromHistory(context, 'ListTimelines'),
    ListEvents: fromHistory(context, 'ListEvents'),
    WatchEvents: watchEvents(context),
    PlanPlacements: fromHistoryOfMoment(context, 'PlanPlacements'),
  };
}
