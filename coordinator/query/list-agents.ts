/** Lists the agent of every node. */
import { readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { pageOfKeys } from '../../shared/answers/paging.ts';
import type { Agent } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { ListAgentsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListAgentsRequest.ts';
import type { ListAgentsResponse } from '../../shared/rpc/generated/rollcall/v1/ListAgentsResponse.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';

export function listAgents(request: ListAgentsRequest__Output, context: CoordinatorContext): ListAgentsResponse {
  const last = readPlace('ListAgents', request);
  const { items, lastKey } = pageOfKeys(context.evaluator.table.nodeNames(), request, last);
  const nextPageToken = writePlace('ListAgents', request, { lastKey, revision: 0 });
  return { agents: items.map((node) => agentToWire(context, node)), nextPageToken };
}

function agentToWire(context: CoordinatorContext, node: string): Agent {
  const { evaluator, sessions, leaseMs } = context;
  const record = sessions.agent(node);
  const session = record?.session ?? null;
  return {
    node: { name: node, uid: evaluator.table.facts(node)?.uid ?? '' },
    sessionId: session?.identity.sessionId ?? '',
    instanceId: record?.instanceId ?? '',
    agentVersion: record?.agentVersion ?? '',
    protocolVersion: session?.identity.protocolVersion ?? 0,
    peerAddress: session?.peerAddress ?? '',
    presence: presenceCodec.toWire(sessions.presence(node)),
    connectTime: timeToWire(session?.connectedMs ?? 0),
    lastSeenTime: timeToWire(record?.lastSeenMs ?? 0),
    leaseExpireTime: timeToWire(record?.isPresent ? record.lastSeenMs + leaseMs : 0),
    sentRevision: String(session?.sentRevision ?? 0),
    acknowledgedRevision: String(record?.acknowledged?.revision ?? 0),
    refusal: session?.lastRefusal ?? '',
    problem: evaluator.nodes.get(node)?.problem ?? '',
  };
}
