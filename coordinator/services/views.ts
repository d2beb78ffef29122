/** Turns what the coordinator knows into the messages of the query service. */
import type { CompiledPlacement } from '../../shared/placement/types.ts';
import type { DaemonSetKey } from '../../shared/roll/model.ts';
import type { Agent } from '../../shared/rpc/generated/rollcall/v1/Agent.ts';
import type { DaemonSet } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { ManifestProblem as WireProblem } from '../../shared/rpc/generated/rollcall/v1/ManifestProblem.ts';
import type { Node } from '../../shared/rpc/generated/rollcall/v1/Node.ts';
import type { PlacementState } from '../../shared/rpc/generated/rollcall/v1/PlacementState.ts';
import { daemonSetRef, driftToWire, nodeFactsToWire, podHealthToWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { acknowledgementCodec, presenceCodec } from '../../shared/rpc/wire-words.ts';
import type { House } from './house.ts';
import { type Counts, countNode, driftsOf, podsOf } from './roll-counts.ts';

export function daemonSetView(house: House, key: DaemonSetKey, counts: Counts | undefined): DaemonSet {
  const placed = house.evaluator.table.daemonSet(key);
  return {
    daemonSet: daemonSetRef(key, placed?.record.uid),
    generation: String(placed?.record.generation ?? 0),
    templateRevision: placed?.record.templateRevision ?? '',
    version: String(placed?.version ?? 0),
    source: placed?.record.source ?? '',
    counts: counts ?? {},
    warnings: daemonSetWarnings(house, key),
    rejections: [...house.evaluator.daemonSets.rejections(key), ...problemsOfFile(house, placed?.record.source)],
    inForce: placed !== undefined,
  };
}

/** What is wrong with the file that a version in force came from, so that its answer shows that it may be old. */
function problemsOfFile({ evaluator }: House, source: string | undefined): WireProblem[] {
  const file = fileOf(source ?? '');
  return file === '' ? [] : evaluator.problems.filter((problem) => fileOf(problem.source) === file);
}

/** Without the line. */
function fileOf(source: string): string {
  return source.replace(/(:\d+)+$/, '');
}

/** Everything that Kubernetes accepts of a DaemonSet but its author hardly meant. */
export function daemonSetWarnings(house: House, key: DaemonSetKey): WireProblem[] {
  const placed = house.evaluator.table.daemonSet(key);
  const source = placed?.record.source ?? '';
  const ofPlacement = (placed?.compiled.warnings ?? []).map(({ code, fieldPath, message }) => ({
    code,
    fieldPath,
    message,
    source,
  }));
  return [...house.evaluator.daemonSets.warnings(key), ...ofPlacement];
}

export function nodeView(house: House, name: string): Node {
  const { evaluator, sessions } = house;
  const facts = evaluator.table.facts(name);
  const record = evaluator.nodes.get(name);
  const agent = sessions.agent(name);
  return {
    facts: facts ? nodeFactsToWire(facts) : { node: { name } },
    presence: presenceCodec.toWire(sessions.presence(name)),
    factsOrigin: record?.origin ?? '',
    factsSource: record?.source ?? '',
    factsTime: timeToWire(record?.observedMs ?? 0),
    lastSeenTime: timeToWire(agent?.lastSeenMs ?? 0),
    ...countNode(house, name),
    revision: String(evaluator.table.revision(name)),
    acknowledgedRevision: String(agent?.acknowledged?.revision ?? 0),
    problem: record?.problem ?? '',
  };
}

export function placementView(house: House, node: string, key: DaemonSetKey): PlacementState | null {
  const { table } = house.evaluator;
  const pair = table.pair(node, key);
  const placed = table.daemonSet(key);
  if (pair === undefined || placed === undefined) return null;
  return {
    daemonSet: daemonSetRef(key, placed.record.uid),
    node: { name: node },
    verdict: verdictCodec.toWire(pair.verdict),
    version: String(pair.version),
    sinceTime: timeToWire(pair.sinceMs),
    ...(pair.verdict !== 'none' && {
      acknowledgement: acknowledgement(house, node, Math.max(pair.version, placed.version)),
    }),
    pods: podsOf(house, node, key).map(podHealthToWire),
    drifts: driftsOf(house, node)
      .filter(({ daemonSet }) => daemonSet === key)
      .map(driftToWire),
    summary: summary(house, node, placed.compiled),
  };
}

export function agentView(house: House, node: string): Agent {
  const { evaluator, sessions, leaseMs } = house;
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
function acknowledgement({ sessions }: House, node: string, version: number) {
  const record = sessions.agent(node);
  const isHeld = sessions.isSettled(node) || (record?.acknowledged?.revision ?? 0) >= version;
  if (isHeld) return acknowledgementCodec.toWire('acknowledged');
  return acknowledgementCodec.toWire(record?.session?.lastRefusal ? 'refused' : 'pending');
}

/** Reasons that a summary names; `why` has them all. */
const SUMMARY_REASONS_MAX = 2;

/** What stands in the way, or where nothing does, what a person would want to know first. */
function summary({ evaluator }: House, node: string, compiled: CompiledPlacement): string {
  const object = evaluator.table.node(node);
  if (object === undefined) return '';
  const { reasons } = compiled.explain(object);
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  const told = failed.length > 0 ? failed : reasons.slice(0, 1);
  const more = told.length - SUMMARY_REASONS_MAX;
  const sentences = told.slice(0, SUMMARY_REASONS_MAX).map(({ message }) => message.replace(/\.$/, ''));
  return sentences.join('; ') + (more > 0 ? `; and ${more} more` : '');
}
