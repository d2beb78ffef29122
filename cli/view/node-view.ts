/** A node and the session of its agent as tables read them, and their JSON (docs/cli.md). */

import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Agent__Output } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { Node__Output } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import { nodeFactsFromWire } from '../../shared/rpc/wire.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import { present, timeView, UNKNOWN } from './wire-fields.ts';

export interface NodeView {
  readonly name: string;
  readonly presence: Presence | typeof UNKNOWN;
  readonly lastSeenTime: string | null;
  /** Counts of DaemonSets, as of nodes in CountsView. */
  readonly desired: number;
  readonly current: number;
  readonly ready: number;
  readonly upToDate: number;
  readonly available: number | null;
  readonly misscheduled: number;
  readonly selected: number;
  readonly fits: number;
  readonly doesNotFit: number;
  readonly keep: number;
  readonly drifts: number;
  /** The newest revision of the node's assignments, and the one that its agent acknowledged. */
  readonly revision: number;
  readonly acknowledgedRevision: number;
  /** Set while the agent cannot read its source. */
  readonly problem: string;
  readonly facts: FactsView;
}

export interface FactsView extends Omit<NodeFacts, 'name'> {
  /** `agent` or `roll`. */
  readonly origin: string;
  readonly source: string;
  readonly time: string | null;
}

export function nodeView(wire: Node__Output): NodeView {
  const { name, ...facts } = nodeFactsFromWire(present(wire.facts, 'facts'));
  return {
    name,
    presence: presenceCodec.fromWire(wire.presence) ?? UNKNOWN,
    lastSeenTime: timeView(wire.lastSeenTime),
    desired: wire.desired,
    current: wire.current,
    ready: wire.ready,
    upToDate: wire.upToDate,
    available: wire.available ?? null,
    misscheduled: wire.misscheduled,
    selected: wire.selected,
    fits: wire.fits,
    doesNotFit: wire.doesNotFit,
    keep: wire.keep,
    drifts: wire.driftCount,
    revision: Number(wire.revision),
    acknowledgedRevision: Number(wire.acknowledgedRevision),
    problem: wire.problem,
    facts: { origin: wire.factsOrigin, source: wire.factsSource, time: timeView(wire.factsTime), ...facts },
  };
}

export interface AgentView {
  readonly node: string;
  readonly presence: Presence | typeof UNKNOWN;
  readonly agentVersion: string;
  readonly protocolVersion: number;
  readonly sessionId: string;
  readonly instanceId: string;
  readonly peerAddress: string;
  readonly connectTime: string | null;
  readonly lastSeenTime: string | null;
  /** When the node becomes absent unless the agent sends another message. */
  readonly leaseExpireTime: string | null;
  readonly sentRevision: number;
  readonly acknowledgedRevision: number;
  readonly refusal: string;
  readonly problem: string;
}

export function agentView(wire: Agent__Output): AgentView {
  return {
    node: wire.node?.name ?? '',
    presence: presenceCodec.fromWire(wire.presence) ?? UNKNOWN,
    agentVersion: wire.agentVersion,
    protocolVersion: wire.protocolVersion,
    sessionId: wire.sessionId,
    instanceId: wire.instanceId,
    peerAddress: wire.peerAddress,
    connectTime: timeView(wire.connectTime),
    lastSeenTime: timeView(wire.lastSeenTime),
    leaseExpireTime: timeView(wire.leaseExpireTime),
    sentRevision: Number(wire.sentRevision),
    acknowledgedRevision: Number(wire.acknowledgedRevision),
    refusal: wire.refusal,
    problem: wire.problem,
  };
}
