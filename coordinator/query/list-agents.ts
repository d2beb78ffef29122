/** Lists the agents of all nodes. */
import { readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { pageOfKeys } from '../../shared/answers/paging.ts';
import type { Agent } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import type { AgentSessions } from '../agents/agent-sessions.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';

export interface AgentListDependencies {
  readonly evaluation: {
    readonly table: Pick<Evaluator['table'], 'nodeNames' | 'facts'>;
    readonly nodes: Pick<Evaluator['nodes'], 'get'>;
  };
  readonly agents: Pick<AgentSessions, 'agent' | 'presence'>;
  readonly leaseMs: number;
}

export function listAgents(
  request: ListAgentsRequest__Output,
  dependencies: AgentListDependencies,
): ListAgentsResponse {
  const last = readPlace('ListAgents', request);
  const { items, lastKey } = pageOfKeys(dependencies.evaluation.table.nodeNames(), request, last);
  const nextPageToken = writePlace('ListAgents', request, { lastKey, revision: 0 });
  return { agents: items.map((node) => agentToWire(node, dependencies)), nextPageToken };
}

function agentToWire(node: string, { evaluation, agents, leaseMs }: AgentListDependencies): Agent {
  const record = agents.agent(node);
  const session = record?.session ?? null;
  return {
    node: { name: node, uid: evaluation.table.facts(node)?.uid ?? '' },
    sessionId: session?.identity.sessionId ?? '',
    instanceId: record?.instanceId ?? '',
    agentVersion: record?.agentVersion ?? '',
    protocolVersion: session?.identity.protocolVersion ?? 0,
    peerAddress: session?.peerAddress ?? '',
    presence: presenceCodec.toWire(agents.presence(node)),
    connectTime: timeToWire(session?.connectedMs ?? 0),
    lastSeenTime: timeToWire(record?.lastSeenMs ?? 0),
    leaseExpireTime: timeToWire(record?.isPresent ? record.lastSeenMs + leaseMs : 0),
    sentRevision: String(session?.sentRevision ?? 0),
    acknowledgedRevision: String(record?.acknowledged?.revision ?? 0),
    refusal: session?.lastRefusal ?? '',
    problem: evaluation.nodes.get(node)?.problem ?? '',
  };
}
