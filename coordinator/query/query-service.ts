/** The query service: questions about the roll, its past and its future. It changes nothing. */
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { explainPlacement } from '../answers/explain-placement.ts';
import { getStatusNow } from '../answers/get-status.ts';
import { fromRecord, fromRecordOfMoment, listOfMoment, ofMoment, unary } from '../server/handlers.ts';
import type { House } from '../server/coordinator-context.ts';
import { getDaemonSet, listDaemonSets } from '../answers/list-daemon-sets.ts';
import { listDrifts } from '../answers/list-drifts.ts';
import { getNode, listNodes } from '../answers/list-nodes.ts';
import { readPlace, writePlace } from '../answers/list-page.ts';
import { listPlacements } from '../answers/list-placements.ts';
import { pageOfKeys } from '../answers/paging.ts';
import { agentView } from '../answers/messages.ts';
import { watchEvents } from './watch-events.ts';

export function queryService(house: House): QueryServiceHandlers {
  return {
    GetStatus: ofMoment(house, 'GetStatus', getStatusNow),
    ListDaemonSets: listOfMoment(house, 'ListDaemonSets', listDaemonSets),
    GetDaemonSet: ofMoment(house, 'GetDaemonSet', getDaemonSet),
    ListNodes: listOfMoment(house, 'ListNodes', listNodes),
    GetNode: ofMoment(house, 'GetNode', getNode),
    ListPlacements: listOfMoment(house, 'ListPlacements', (request, roll, last) =>
      listPlacements(request, roll, last, house),
    ),
    ExplainPlacement: ofMoment(house, 'ExplainPlacement', explainPlacement),
    ListDrifts: listOfMoment(house, 'ListDrifts', listDrifts),
    ListAgents: unary(house, listAgents),
    DiffPlacements: fromRecord(house, 'DiffPlacements'),
    ListTimelines: fromRecord(house, 'ListTimelines'),
    ListEvents: fromRecord(house, 'ListEvents'),
    WatchEvents: watchEvents(house),
    PlanPlacements: fromRecordOfMoment(house, 'PlanPlacements'),
  };
}

function listAgents(request: ListAgentsRequest__Output, house: House): ListAgentsResponse {
  const last = readPlace('ListAgents', request);
  const { items, lastKey } = pageOfKeys(house.evaluator.table.nodeNames(), request, last);
  const nextPageToken = writePlace('ListAgents', request, { lastKey, revision: 0 });
  return { agents: items.map((node) => agentView(house, node)), nextPageToken };
}
