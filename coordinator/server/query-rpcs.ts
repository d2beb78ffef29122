/** The rows of the query service in the RPC table. The history thread uses them too, so they must not import live components. */
import { getDaemonSet, listDaemonSets } from '../../shared/answers/list-daemon-sets.ts';
import { listDrifts } from '../../shared/answers/list-drifts.ts';
import { getNode, listNodes } from '../../shared/answers/list-nodes.ts';
import { listPlacements } from '../../shared/answers/list-placements.ts';
import { answerFrom, pageFrom } from '../../shared/answers/snapshot-answer.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { diffPlacements } from '../history/diff-placements.ts';
import { explainDecision } from '../history/explain-decision.ts';
import { getCoordinatorStatus } from '../history/get-coordinator-status.ts';
import { listEvents } from '../history/list-events.ts';
import { listTimelines } from '../history/list-timelines.ts';
import { planHistoricalPlacements } from '../history/plan-historical-placements.ts';
import { type AgentListDependencies, listAgents } from '../query/list-agents.ts';
import { type WatchDependencies, watchEvents } from '../query/watch-events.ts';
import type { RpcRows } from '../rpc/rpc-row.ts';

export type QueryDependencies = AgentListDependencies & WatchDependencies;

export const QUERY_RPCS: RpcRows<QueryServiceHandlers, QueryDependencies> = {
  GetStatus: { right: 'read', source: 'either', answer: answerFrom(getCoordinatorStatus) },
  ListDaemonSets: { right: 'read', source: 'either', answer: pageFrom('ListDaemonSets', listDaemonSets) },
  GetDaemonSet: { right: 'read', source: 'either', answer: answerFrom(getDaemonSet) },
  ListNodes: { right: 'read', source: 'either', answer: pageFrom('ListNodes', listNodes) },
  GetNode: { right: 'read', source: 'either', answer: answerFrom(getNode) },
  ListPlacements: { right: 'read', source: 'either', answer: pageFrom('ListPlacements', listPlacements) },
  ExplainPlacement: { right: 'read', source: 'either', answer: answerFrom(explainDecision) },
  ListDrifts: { right: 'read', source: 'either', answer: pageFrom('ListDrifts', listDrifts) },
  ListAgents: { right: 'read', source: 'live', answer: listAgents },
  DiffPlacements: { right: 'read', source: 'history', answer: diffPlacements },
  ListTimelines: { right: 'read', source: 'history', answer: listTimelines },
  ListEvents: { right: 'read', source: 'history', answer: listEvents },
  WatchEvents: { right: 'read', source: 'live', stream: watchEvents },
  PlanPlacements: { right: 'plan', source: 'history', needsNow: true, answer: planHistoricalPlacements },
};
