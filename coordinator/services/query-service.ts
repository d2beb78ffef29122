/** The query service: one handler per question, each an assembly of what the coordinator knows. */
import { RollcallError } from '../../shared/errors.ts';
import { problemSentence } from '../../shared/kubernetes/manifest-problem.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { ExplainPlacementRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementRequest.ts';
import type { ExplainPlacementResponse } from '../../shared/rpc/generated/rollcall/v1/ExplainPlacementResponse.ts';
import type { GetStatusResponse } from '../../shared/rpc/generated/rollcall/v1/GetStatusResponse.ts';
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import type { ListDaemonSetsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListDaemonSetsRequest.ts';
import type { ListDaemonSetsResponse } from '../../shared/rpc/generated/rollcall/v1/ListDaemonSetsResponse.ts';
import type { ListDriftsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListDriftsRequest.ts';
import type { ListDriftsResponse } from '../../shared/rpc/generated/rollcall/v1/ListDriftsResponse.ts';
import type { ListEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import type { ListEventsResponse } from '../../shared/rpc/generated/rollcall/v1/ListEventsResponse.ts';
import type { ListNodesRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListNodesRequest.ts';
import type { ListNodesResponse } from '../../shared/rpc/generated/rollcall/v1/ListNodesResponse.ts';
import type { ListPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListPlacementsRequest.ts';
import type { ListPlacementsResponse } from '../../shared/rpc/generated/rollcall/v1/ListPlacementsResponse.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { driftToWire, placementToWire } from '../../shared/rpc/wire.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import { EVENTS_PAGE_CHARACTERS_MAX } from '../limits.ts';
import { eventFilter } from './event-filter.ts';
import { eventViews } from './event-view.ts';
import { unary, whenDurable } from './handlers.ts';
import type { House } from './house.ts';
import { findDaemonSet, findNode, isNamed } from './names.ts';
import { pageOfKeys, pageSize, readPageToken, writePageToken } from './paging.ts';
import { planPlacements } from './plan-placements.ts';
import { countDaemonSets, driftsOf, hasAnswered } from './roll-counts.ts';
import { agentView, daemonSetView, daemonSetWarnings, nodeView, placementView } from './views.ts';
import { watchEvents } from './watch-events.ts';

export function queryService(house: House): Omit<QueryServiceHandlers, 'DiffPlacements' | 'ListTimelines'> {
  return {
    GetStatus: unary(house, () => getStatus(house)),
    ListDaemonSets: unary(house, listDaemonSets),
    GetDaemonSet: unary(house, ({ daemonSet }) => {
      const key = findDaemonSet(daemonSet, house);
      return { daemonSet: daemonSetView(house, key, countDaemonSets(house, [key]).get(key)) };
    }),
    ListNodes: unary(house, listNodes),
    GetNode: unary(house, ({ nodeName }) => ({ node: nodeView(house, findNode(nodeName, house)) })),
    ListPlacements: unary(house, listPlacements),
    ExplainPlacement: unary(house, explainPlacement),
    ListDrifts: unary(house, listDrifts),
    ListAgents: unary(house, listAgents),
    ListEvents: unary(house, listEvents),
    WatchEvents: watchEvents(house),
    PlanPlacements: unary(house, planPlacements),
  };
}

function getStatus(house: House): GetStatusResponse {
  const { evaluator, sessions, journal, version, startedMs, counters } = house;
  const nodes = evaluator.table.nodeNames();
  const settled = nodes.filter((node) => hasAnswered(house, node)).length;
  return {
    coordinatorVersion: version,
    storeId: journal.storeId,
    revision: String(journal.nextRevision - 1),
    startTime: timeToWire(startedMs),
    nodeCount: nodes.length,
    presentNodeCount: nodes.filter((node) => sessions.isPresent(node)).length,
    settledNodeCount: settled,
    daemonSetCount: evaluator.table.daemonSetKeys().length,
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    complete: evaluator.isSynced && settled === nodes.length,
    counters: counters.toRecord(),
    problems: evaluator.problems.map(problemSentence),
  };
}

function listDaemonSets(request: ListDaemonSetsRequest__Output, house: House): ListDaemonSetsResponse {
  const { items, nextPageToken } = pageOfKeys(house.evaluator.daemonSets.keys(), request, 'ListDaemonSets');
  const counts = countDaemonSets(house, items);
  return { daemonSets: items.map((key) => daemonSetView(house, key, counts.get(key))), nextPageToken };
}

function listNodes(request: ListNodesRequest__Output, house: House): ListNodesResponse {
  const { items, nextPageToken } = pageOfKeys(house.evaluator.table.nodeNames(), request, 'ListNodes');
  return { nodes: items.map((name) => nodeView(house, name)), nextPageToken };
}

function listPlacements(request: ListPlacementsRequest__Output, house: House): ListPlacementsResponse {
  const { pairs, query } = pairsAsked(request, house, 'ListPlacements');
  const { items, nextPageToken } = pageOfKeys(pairs, request, query);
  const placements = items.map(splitPair).flatMap(({ daemonSet, node }) => placementView(house, node, daemonSet) ?? []);
  return { placements, nextPageToken };
}

function listDrifts(request: ListDriftsRequest__Output, house: House): ListDriftsResponse {
  const { daemonSets, nodes, query } = namesAsked(request, house, 'ListDrifts');
  const drifts = new Map(
    nodes
      .flatMap((node) => driftsOf(house, node))
      .filter(({ daemonSet }) => daemonSets === null || daemonSets.includes(daemonSet))
      .map((drift) => [`${drift.node} ${drift.daemonSet} ${drift.kind} ${drift.podName}`, drift]),
  );
  const { items, nextPageToken } = pageOfKeys([...drifts.keys()].sort(), request, query);
  return { drifts: items.flatMap((key) => drifts.get(key) ?? []).map(driftToWire), nextPageToken };
}

function listAgents(request: ListAgentsRequest__Output, house: House): ListAgentsResponse {
  const { items, nextPageToken } = pageOfKeys(house.evaluator.table.nodeNames(), request, 'ListAgents');
  return { agents: items.map((node) => agentView(house, node)), nextPageToken };
}

async function explainPlacement(
  request: ExplainPlacementRequest__Output,
  house: House,
): Promise<ExplainPlacementResponse> {
  const key = findDaemonSet(request.daemonSet, house);
  const node = findNode(request.nodeName, house);
  const { evaluator, journal, sessions } = house;
  const placed = evaluator.table.daemonSet(key);
  const object = evaluator.table.node(node);
  const pair = evaluator.table.pair(node, key);
  if (placed === undefined || object === undefined || pair === undefined) {
    throw new RollcallError('UNKNOWN_DAEMON_SET', `DaemonSet ${key} was never in force: its manifest was refused`);
  }
  const record = evaluator.nodes.get(node);
  // All of it before the journal is waited for, so that the parts of the answer fit together.
  const known = {
    placement: placementToWire(key, node, placed.compiled.explain(object)),
    state: placementView(house, node, key),
    factsOrigin: record?.origin ?? '',
    factsTime: timeToWire(record?.observedMs ?? 0),
    presence: presenceCodec.toWire(sessions.presence(node)),
    warnings: daemonSetWarnings(house, key),
  };
  await whenDurable(house, pair.version);
  const [decision] = await eventViews(journal, await journal.eventsAt([pair.version]));
  return { ...known, decision: decision ?? null };
}

async function listEvents(request: ListEventsRequest__Output, { journal }: House): Promise<ListEventsResponse> {
  const filter = eventFilter(request);
  const { oldestFirst } = request;
  const query = `ListEvents ${JSON.stringify([filter, oldestFirst])}`;
  const last = readPageToken(request.pageToken, query);
  const size = pageSize(request);
  const after = last === null ? {} : oldestFirst ? { afterRevision: Number(last) } : { beforeRevision: Number(last) };
  const rows = await journal.events({ ...filter, ...after, oldestFirst, limit: size + 1 });
  const events = withinMessage(await eventViews(journal, rows.slice(0, size)));
  const end = events.at(-1);
  const more = rows.length > events.length && end !== undefined;
  return { events, nextPageToken: more ? writePageToken(String(end.revision), query) : '' };
}

/** As many rows as one message carries, and at least one. */
function withinMessage(events: readonly Event[]): Event[] {
  let characters = 0;
  const end = events.findIndex((event, index) => {
    characters += JSON.stringify(event).length;
    return characters > EVENTS_PAGE_CHARACTERS_MAX && index > 0;
  });
  return end === -1 ? [...events] : events.slice(0, end);
}

interface PairRequest {
  readonly daemonSet: Parameters<typeof findDaemonSet>[0];
  readonly nodeName: string;
}

/** The DaemonSets (`null`: all) and nodes that a request asks for, and words that tell it from others. */
function namesAsked({ daemonSet, nodeName }: PairRequest, house: House, method: string) {
  const daemonSets = isNamed(daemonSet) ? [findDaemonSet(daemonSet, house)] : null;
  const nodes = nodeName === '' ? house.evaluator.table.nodeNames() : [findNode(nodeName, house)];
  return { daemonSets, nodes, query: `${method} ${daemonSets?.[0] ?? ''} ${nodeName}` };
}

function pairsAsked(request: PairRequest, house: House, method: string): { pairs: string[]; query: string } {
  const { daemonSets, nodes, query } = namesAsked(request, house, method);
  const keys = daemonSets ?? house.evaluator.table.daemonSetKeys();
  return { pairs: keys.flatMap((key) => nodes.map((node) => `${key} ${node}`)), query };
}

function splitPair(pair: string): { daemonSet: string; node: string } {
  const space = pair.indexOf(' ');
  return { daemonSet: pair.slice(0, space), node: pair.slice(space + 1) };
}
