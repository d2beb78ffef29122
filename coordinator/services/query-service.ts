/** The query service: questions about the roll, its past and its future. It changes nothing. */
import { problemSentence } from '../../shared/kubernetes/manifest-problem.ts';
import type { GetDaemonSetRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetDaemonSetRequest.ts';
import type { GetNodeRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetNodeRequest.ts';
import type { GetStatusRequest__Output } from '../../shared/rpc/generated/rollcall/v1/GetStatusRequest.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { ListDaemonSetsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListDaemonSetsRequest.ts';
import type { ListNodesRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesRequest.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { diffPlacements } from './diff-placements.ts';
import { explainPlacement } from './explain-placement.ts';
import { type ListPage, listOfMoment, ofMoment, questionOf, recorded, unary } from './handlers.ts';
import type { House } from './house.ts';
import { journalStatus } from './journal-status.ts';
import { listDrifts } from './list-drifts.ts';
import { listEvents } from './list-events.ts';
import { listPlacements } from './list-placements.ts';
import { listTimelines } from './list-timelines.ts';
import { daemonSetOf, nodeOf } from './names.ts';
import { type PageToken, pageOfKeys, readPageToken, writePageToken } from './paging.ts';
import { planBase, planPlacements } from './plan-placements.ts';
import type { Roll } from './roll/roll.ts';
import { finishedInTurns } from './turns.ts';
import { agentView, daemonSetView, nodeView } from './views.ts';
import { watchEvents } from './watch-events.ts';

export function queryService(house: House): QueryServiceHandlers {
  return {
    GetStatus: ofMoment(house, getStatus),
    ListDaemonSets: listOfMoment(house, 'ListDaemonSets', listDaemonSets),
    GetDaemonSet: ofMoment(house, getDaemonSet),
    ListNodes: listOfMoment(house, 'ListNodes', listNodes),
    GetNode: ofMoment(house, getNode),
    ListPlacements: listOfMoment(house, 'ListPlacements', listPlacements),
    ExplainPlacement: ofMoment(house, explainPlacement),
    ListDrifts: listOfMoment(house, 'ListDrifts', listDrifts),
    ListAgents: unary(house, listAgents),
    DiffPlacements: recorded(house, diffPlacements),
    ListTimelines: recorded(house, listTimelines),
    ListEvents: recorded(house, listEvents),
    WatchEvents: watchEvents(house),
    PlanPlacements: ofMoment(house, async (request, roll) =>
      finishedInTurns(planPlacements(request, await planBase(roll)), house.clock),
    ),
  };
}

async function getStatus(_request: GetStatusRequest__Output, roll: Roll, house: House): Promise<GetStatusResponse> {
  const { nodeCount, presentCount, answeredCount } = await roll.tally([]);
  const daemonSets = [...(await roll.daemonSets()).values()];
  const status = {
    coordinatorVersion: house.version,
    storeId: house.journal.storeId,
    revision: String(roll.asOf.revision),
    nodeCount,
    presentNodeCount: presentCount,
    settledNodeCount: answeredCount,
    daemonSetCount: daemonSets.filter(({ placed }) => placed !== null).length,
    complete: roll.isSynced && answeredCount === nodeCount,
  };
  if (roll.asOf.isFromJournal) {
    const rejectedDaemonSetCount = daemonSets.filter(({ rejections }) => rejections.length > 0).length;
    return { ...status, rejectedDaemonSetCount, journal: await journalStatus(house) };
  }
  const { evaluator, counters, startedMs } = house;
  return {
    ...status,
    startTime: timeToWire(startedMs),
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    counters: counters.toRecord(),
    problems: evaluator.problems.map(problemSentence),
    journal: await journalStatus(house),
  };
}

async function listDaemonSets(request: ListDaemonSetsRequest__Output, roll: Roll, last: PageToken | null) {
  const known = await roll.daemonSets();
  const { items, lastKey } = pageOfKeys([...known.keys()], request, last);
  const counts = (await roll.tally(items)).daemonSets;
  const daemonSets = items.flatMap((key) => known.get(key) ?? []).map((one) => daemonSetView(one, counts.get(one.key)));
  return { items: { daemonSets }, lastKey };
}

async function getDaemonSet({ daemonSet: ref }: GetDaemonSetRequest__Output, roll: Roll) {
  const daemonSet = await daemonSetOf(ref, roll);
  const counts = (await roll.tally([daemonSet.key])).daemonSets;
  return { daemonSet: daemonSetView(daemonSet, counts.get(daemonSet.key)) };
}

async function listNodes(
  request: ListNodesRequest__Output,
  roll: Roll,
  last: PageToken | null,
): Promise<ListPage<{ nodes: Node[] }>> {
  const { items, lastKey } = pageOfKeys(await roll.nodeNames(), request, last);
  const nodes: Node[] = [];
  for await (const node of roll.nodes(items)) nodes.push(nodeView(node));
  return { items: { nodes }, lastKey };
}

async function getNode({ nodeName }: GetNodeRequest__Output, roll: Roll) {
  return { node: nodeView(await nodeOf(nodeName, roll)) };
}

function listAgents(request: ListAgentsRequest__Output, house: House): ListAgentsResponse {
  const query = questionOf('ListAgents', request);
  const last = readPageToken(request.pageToken, query);
  const { items, lastKey } = pageOfKeys(house.evaluator.table.nodeNames(), request, last);
  const nextPageToken = writePageToken({ lastKey, revision: 0 }, query);
  return { agents: items.map((node) => agentView(house, node)), nextPageToken };
}
