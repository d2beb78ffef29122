/**
 * What became of the placements: which daemon pods run, which drift, who is silent. Wanted and
 * running are kept apart (design.md, rule 3), and a silent node's pods count as unknown, never as
 * running.
 */
import type { DaemonSetKey, Drift, PodHealth } from '../../shared/roll/model.ts';
import type { House } from './house.ts';

/** The pods of one DaemonSet on a node, as its agent last said. */
export function podsOf(house: House, node: string, daemonSet: DaemonSetKey): readonly PodHealth[] {
  return house.evaluator.nodes.get(node)?.pods.filter((pod) => pod.daemonSet === daemonSet) ?? [];
}

/**
 * Where a node's assignments and its reality disagree. Of a silent node nobody can say, so every
 * DaemonSet that is wanted there drifts as unknown, since the node was last heard.
 */
export function driftsOf(house: House, node: string): readonly Drift[] {
  const { evaluator, sessions } = house;
  if (sessions.isPresent(node)) return evaluator.nodes.get(node)?.drifts ?? [];
  const sinceMs = sessions.agent(node)?.lastSeenMs || house.startedMs;
  const never = sessions.presence(node) === 'never-seen';
  const detail = never ? 'no agent of this node has ever answered' : 'the agent of this node is silent';
  return (evaluator.table.assignments(node) ?? [])
    .filter(({ verdict }) => verdict === 'run')
    .map(({ daemonSet }): Drift => ({ kind: 'unknown', daemonSet, node, podName: '', detail, sinceMs }))
    .sort((left, right) => (left.daemonSet < right.daemonSet ? -1 : 1));
}

export interface Counts {
  wanted: number;
  keep: number;
  none: number;
  running: number;
  healthy: number;
  missing: number;
  unexpected: number;
  duplicate: number;
  outdated: number;
  unhealthy: number;
  unknown: number;
  acknowledged: number;
}

/** Counts of these DaemonSets over all nodes of the roll, in one pass. */
export function countDaemonSets(house: House, keys: readonly DaemonSetKey[]): Map<DaemonSetKey, Counts> {
  const counts = new Map(keys.map((key) => [key, noCounts()]));
  for (const node of house.evaluator.table.nodeNames()) {
    const isSettled = house.sessions.isSettled(node);
    const standing = standingOf(house, node);
    for (const [key, count] of counts) countPair(house, node, key, count, isSettled, standing);
    for (const { kind, daemonSet } of driftsOf(house, node)) {
      const count = counts.get(daemonSet);
      if (count) count[kind]++;
    }
  }
  return counts;
}

export interface NodeCounts {
  readonly wanted: number;
  readonly keep: number;
  readonly running: number;
  readonly healthy: number;
  readonly driftCount: number;
}

export function countNode(house: House, node: string): NodeCounts {
  const assignments = house.evaluator.table.assignments(node) ?? [];
  const { running, healthy } = standingOf(house, node);
  const wanted = assignments.filter(({ verdict }) => verdict === 'run');
  return {
    wanted: wanted.length,
    keep: assignments.length - wanted.length,
    running: wanted.filter(({ daemonSet }) => running.has(daemonSet)).length,
    healthy: wanted.filter(({ daemonSet }) => healthy.has(daemonSet)).length,
    driftCount: driftsOf(house, node).length,
  };
}

/** Whether the node's agent holds the newest assignments and has held its pods against them. */
export function hasAnswered({ sessions, evaluator }: House, node: string): boolean {
  const held = sessions.agent(node)?.session?.held;
  if (!held || !sessions.isSettled(node)) return false;
  const record = evaluator.nodes.get(node);
  return record !== undefined && record.podsObservedMs > 0 && record.verifiedRevision >= held.revision;
}

interface Standing {
  readonly running: ReadonlySet<DaemonSetKey>;
  readonly healthy: ReadonlySet<DaemonSetKey>;
}

const NOTHING: Standing = { running: new Set(), healthy: new Set() };

function standingOf({ evaluator, sessions }: House, node: string): Standing {
  const record = evaluator.nodes.get(node);
  if (record === undefined || !sessions.isPresent(node)) return NOTHING;
  const standing = record.pods.filter(({ terminating }) => !terminating);
  return {
    running: new Set(standing.filter(({ phase }) => phase === 'Running').map(({ daemonSet }) => daemonSet)),
    healthy: new Set(standing.filter(({ ready }) => ready).map(({ daemonSet }) => daemonSet)),
  };
}

function countPair(
  { evaluator }: House,
  node: string,
  key: DaemonSetKey,
  count: Counts,
  isSettled: boolean,
  { running, healthy }: Standing,
): void {
  const verdict = evaluator.table.pair(node, key)?.verdict;
  if (verdict === undefined) return;
  if (verdict === 'none') {
    count.none++;
    return;
  }
  if (isSettled) count.acknowledged++;
  if (verdict === 'keep') {
    count.keep++;
    return;
  }
  count.wanted++;
  if (running.has(key)) count.running++;
  if (healthy.has(key)) count.healthy++;
}

function noCounts(): Counts {
  const none = { wanted: 0, keep: 0, none: 0, running: 0, healthy: 0, acknowledged: 0 };
  return { ...none, missing: 0, unexpected: 0, duplicate: 0, outdated: 0, unhealthy: 0, unknown: 0 };
}
