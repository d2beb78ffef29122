/** Turns what the coordinator knows into the messages of the query service. */
import { type Answers, answersOf } from '../../shared/fit/answers.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { CompiledPlacement } from '../../shared/placement/types.ts';
import type { Agent } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { DaemonSet } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import { driftToWire, nodeFactsToWire, podHealthToWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import { answersToWire } from '../../shared/rpc/wire-fit.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { acknowledgementCodec, presenceCodec } from '../../shared/rpc/wire-words.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import type { DaemonSetSnapshot, NodeSnapshot } from './cluster-snapshot.ts';
import { type Counts, countNode, podsOf } from './counts.ts';

export function daemonSetView(
  { key, placed, warnings, rejections }: DaemonSetSnapshot,
  counts: Counts | undefined,
): DaemonSet {
  const { record } = placed ?? {};
  return {
    daemonSet: daemonSetRef(key, record?.uid),
    generation: String(record?.generation ?? 0),
    templateRevision: record?.templateRevision ?? '',
    version: String(placed?.effectiveRevision ?? 0),
    source: record?.source ?? '',
    counts: counts ?? {},
    warnings: [...warnings],
    rejections: [...rejections],
    inForce: placed !== null,
  };
}

export function nodeView(node: NodeSnapshot): Node {
  return {
    facts: nodeFactsToWire(node.facts),
    presence: presenceCodec.toWire(node.presence),
    factsOrigin: node.origin,
    factsSource: node.source,
    factsTime: timeToWire(node.observedMs),
    lastSeenTime: timeToWire(node.lastSeenMs),
    ...countNode(node),
    revision: String(node.revision),
    acknowledgedRevision: String(node.acknowledgedRevision),
    problem: node.problem,
  };
}

/** `null` where nothing is decided for the pair. */
export function placementView(node: NodeSnapshot, { key, placed }: DaemonSetSnapshot): PlacementState | null {
  const pair = node.pair(key);
  if (pair === undefined || placed === null) return null;
  return {
    daemonSet: daemonSetRef(key, placed.record.uid),
    node: { name: node.name },
    verdict: verdictCodec.toWire(pair.verdict),
    version: String(pair.effectiveRevision),
    sinceTime: timeToWire(pair.sinceMs),
    ...(pair.verdict !== 'none' && {
      acknowledgement: acknowledgement(node, Math.max(pair.effectiveRevision, placed.effectiveRevision)),
    }),
    pods: podsOf(node, key).map(podHealthToWire),
    drifts: node.drifts.filter(({ daemonSet }) => daemonSet === key).map(driftToWire),
    summary: summary(node, placed.compiled),
    answers: answersToWire(answers(node, key, placed.compiled)),
  };
}

/** The five answers about a pair. */
function answers(node: NodeSnapshot, key: DaemonSetKey, compiled: CompiledPlacement): Answers {
  return answersOf({
    placement: { wanted: node.isWanted(key), allowed: compiled.allows(node.object) },
    fit: node.fits(key),
    pods: node.presence === 'present' ? podsOf(node, key) : null,
  });
}

export function agentView(context: CoordinatorContext, node: string): Agent {
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

/** What an agent acknowledged it holds, also while it is silent. */
function acknowledgement(node: NodeSnapshot, version: number) {
  const isHeld = node.isSettled || node.acknowledgedRevision >= version;
  if (isHeld) return acknowledgementCodec.toWire('acknowledged');
  return acknowledgementCodec.toWire(node.isRefusing ? 'refused' : 'pending');
}

/** Reasons that a summary names; `why` has them all. */
const SUMMARY_REASONS_MAX = 2;

/** What stands in the way, or where nothing does, what a person would want to know first. */
function summary({ object }: NodeSnapshot, compiled: CompiledPlacement): string {
  const { reasons } = compiled.explain(object);
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  const told = failed.length > 0 ? failed : reasons.slice(0, 1);
  const more = told.length - SUMMARY_REASONS_MAX;
  const sentences = told.slice(0, SUMMARY_REASONS_MAX).map(({ message }) => message.replace(/\.$/, ''));
  return sentences.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
