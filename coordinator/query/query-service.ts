/** The query service: questions about the roll, its past and its future. It changes nothing. */
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { explainPlacement } from '../answers/explain-placement.ts';
import { getStatusNow } from '../answers/get-status.ts';
import { getDaemonSet, listDaemonSets } from '../answers/list-daemon-sets.ts';
import { listDrifts } from '../answers/list-drifts.ts';
import { getNode, listNodes } from '../answers/list-nodes.ts';
import { readPlace, writePlace } from '../answers/list-page.ts';
import { listPlacements } from '../answers/list-placements.ts';
import { agentView } from '../answers/messages.ts';
import { pageOfKeys } from '../answers/paging.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { fromHistory, fromHistoryOfMoment, listOfMoment, ofMoment, unary } from '../server/handlers.ts';
import { watchEvents } from './watch-events.ts';

export function queryService(context: CoordinatorContext): QueryServiceHandlers {
  return {
    GetStatus: ofMoment(context, 'GetStatus', getStatusNow),
    ListDaemonSets: listOfMoment(context, 'ListDaemonSets', listDaemonSets),
    GetDaemonSet: ofMoment(context, 'GetDaemonSet', getDaemonSet),
    ListNodes: listOfMoment(context, 'ListNodes', listNodes),
    GetNode: ofMoment(context, 'GetNode', getNode),
    ListPlacements: listOfMoment(context, 'ListPlacements', (request, snapshot, last) =>
      listPlacements(request, snapshot, last, context),
    ),
    ExplainPlacement: ofMoment(context, 'ExplainPlacement', explainPlacement),
    ListDrifts: listOfMoment(context, 'ListDrifts', listDrifts),
    ListAgents: unary(context, listAgents),
    DiffPlacements: fromHistory(context, 'DiffPlacements'),
    ListTimelines: fromHistory(context, 'ListTimelines'),
    ListEvents: fromHistory(context, 'ListEvents'),
    WatchEvents: watchEvents(context),
    PlanPlacements: fromHistoryOfMoment(context, 'PlanPlacements'),
  };
}

function listAgents(request: ListAgentsRequest__Output, context: CoordinatorContext): ListAgentsResponse {
  const last = readPlace('ListAgents', request);
  const { items, lastKey } = pageOfKeys(context.evaluator.table.nodeNames(), request, last);
  const nextPageToken = writePlace('ListAgents', request, { lastKey, revision: 0 });
  return { agents: items.map((node) => agentView(context, node)), nextPageToken };
}
