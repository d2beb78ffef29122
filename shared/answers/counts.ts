/**
 * What became of the placements: which daemon pods run, which drift, who is silent. Wanted and
 * running are kept apart (docs/invariants.md, 4), and a silent node's pods count as unknown, never as
 * running.
 */

import { isHealthy, isRunning } from '../fit/answers.ts';
import type { Answer } from '../fit/fit-result.ts';
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Counts, NodeCounts, Tally } from '../model/tally.ts';

export async function tallyOf(snapshot: ClusterSnapshot, keys: readonly DaemonSetKey[]): Promise<Tally> {
  const daemonSets = new Map(keys.map((key) => [key, noCounts()]));
  let [nodeCount, presentCount, answeredCount] = [0, 0, 0];
  for await (const node of snapshot.nodes(await snapshot.nodeNames())) {
    nodeCount += 1;
    if (node.presence === 'present') presentCount += 1;
    if (node.hasAnswered) answeredCount += 1;
    if (daemonSets.size > 0) countPairs(node, daemonSets);
  }
  return { nodeCount, presentCount, answeredCount, daemonSets };
}

export function countNode(node: NodeSnapshot): NodeCounts {
  const { assignments, drifts, fits: fitOf } = node;
  const { running, healthy } = standingOf(node);
  const allowed = assignments.filter(({ verdict }) => verdict === 'run').map(({ daemonSet }) => daemonSet);
  const fits = allowed.map((daemonSet) => fitOf(daemonSet).fits);
  return {
    wanted: node.wantedCount,
    allowed: allowed.length,
    fits: fits.filter((answer) => answer === 'yes').length,
    doesNotFit: fits.filter((answer) => answer === 'no').length,
    keep: assignments.length - allowed.length,
    running: allowed.filter((daemonSet) => running.has(daemonSet)).length,
    healthy: allowed.filter((daemonSet) => healthy.has(daemonSet)).length,
    driftCount: drifts.length,
  };
}

/** The pods of one DaemonSet on a node, as its agent last said. */
export function podsOf({ pods }: NodeSnapshot, daemonSet: DaemonSetKey): readonly PodHealth[] {
  return pods.filter((pod) => pod.daemonSet === daemonSet);
}

interface Standing {
  readonly running: ReadonlySet<DaemonSetKey>;
  readonly healthy: ReadonlySet<DaemonSetKey>;
}

const NOTHING: Standing = { running: new Set(), healthy: new Set() };

function standingOf({ presence, pods }: NodeSnapshot): Standing {
  if (presence !== 'present') return NOTHING;
  return {
    running: new Set(pods.filter(isRunning).map(({ daemonSet }) => daemonSet)),
    healthy: new Set(pods.filter(isHealthy).map(({ daemonSet }) => daemonSet)),
  };
}

function countPairs(node: NodeSnapshot, counts: ReadonlyMap<DaemonSetKey, Counts>): void {
  const { isSettled, fits } = node;
  const standing = standingOf(node);
  for (const [key, count] of counts) {
    const verdict = node.verdict(key);
    if (verdict === null) continue;
    if (node.isWanted(key)) count.wanted++;
    if (verdict === 'none') count.none++;
    else if (isSettled) count.acknowledged++;
    if (verdict === 'keep') count.keep++;
    if (verdict === 'run') countAllowed(key, count, fits(key).fits, standing);
  }
  for (const { kind, daemonSet } of node.drifts) {
    const count = counts.get(daemonSet);
    if (count) count[kind]++;
  }
}

function countAllowed(key: DaemonSetKey, count: Counts, fits: Answer, { running, healthy }: Standing): void {
  count.allowed++;
  if (fits === 'yes') count.fits++;
  if (fits === 'no') count.doesNotFit++;
  if (running.has(key)) count.running++;
  if (healthy.has(key)) count.healthy++;
}

function noCounts(): Counts {
  const answers = { wanted: 0, allowed: 0, fits: 0, doesNotFit: 0, running: 0, healthy: 0 };
  return {
    ...answers,
    keep: 0,
    none: 0,
    acknowledged: 0,
    missing: 0,
    unexpected: 0,
    duplicate: 0,
    outdated: 0,
    unhealthy: 0,
    unknown: 0,
  };
}
