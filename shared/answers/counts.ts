/**
 * Counts of nodes and daemon pods, equal to those that the DaemonSet controller writes to the status of a DaemonSet.
 * The pods of a node whose agent is absent count as last reported, and the counts say how old these reports are.
 */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../model/cluster-snapshot.ts';
import { DRIFT_KINDS, type DriftKind } from '../model/drift.ts';
import type { Answer } from '../model/fit-result.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Counts, NodeCounts, PodCounts, Tally } from '../model/tally.ts';
import { podsByDaemonSet } from '../verify/daemon-pods.ts';
import { type CountMoment, type PodStanding, podStanding } from './pod-standing.ts';

export async function tallyOf(snapshot: ClusterSnapshot, keys: readonly DaemonSetKey[]): Promise<Tally> {
  const known = keys.length === 0 ? NO_DAEMON_SETS : await snapshot.daemonSets();
  const daemonSets = new Map(keys.map((key) => [key, noCounts()]));
  let [nodeCount, presentCount, absentCount, answeredCount, oldestReportMs] = [0, 0, 0, 0, 0];
  for await (const node of snapshot.nodes(await snapshot.nodeNames())) {
    nodeCount += 1;
    if (node.presence === 'present') presentCount += 1;
    if (node.presence === 'absent') {
      absentCount += 1;
      oldestReportMs = oldestOf(oldestReportMs, node.lastSeenMs);
    }
    if (node.hasReported) answeredCount += 1;
    if (daemonSets.size > 0) countPairs(node, daemonSets, { known, moment: snapshot.asOf });
  }
  return { nodeCount, presentCount, absentCount, oldestReportMs, answeredCount, daemonSets };
}

const NO_DAEMON_SETS: ReadonlyMap<DaemonSetKey, DaemonSetSnapshot> = new Map();

/** What the counts of one snapshot are made with. */
export interface Counting {
  readonly known: ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>;
  readonly moment: CountMoment;
}

/** Counts over all DaemonSets, of one node. */
export function countNode(node: NodeSnapshot, { known, moment }: Counting): NodeCounts {
  const counts = noPodCounts();
  const pods = podsByDaemonSet(node.pods);
  for (const { daemonSet, verdict } of node.assignments) {
    if (verdict === 'keep') counts.keep++;
    else countDesired(counts, node.fits(daemonSet).fits, standing(daemonSet));
  }
  for (const daemonSet of pods.keys()) {
    const verdict = node.verdict(daemonSet);
    if (verdict !== null && verdict !== 'run' && standing(daemonSet) !== null) counts.misscheduled++;
  }
  return { ...counts, selected: node.selectedCount, driftCount: node.drifts.length };

  function standing(daemonSet: DaemonSetKey): PodStanding | null {
    return standingOf(pods.get(daemonSet), known.get(daemonSet), moment);
  }
}

/** Pods of one DaemonSet on a node, as its agent last reported them. */
export function podsOf({ pods }: NodeSnapshot, daemonSet: DaemonSetKey): readonly PodHealth[] {
  return pods.filter((pod) => pod.daemonSet === daemonSet);
}

function countPairs(node: NodeSnapshot, counts: ReadonlyMap<DaemonSetKey, Counts>, { known, moment }: Counting): void {
  const { hasAcknowledged, fits, presence } = node;
  const pods = podsByDaemonSet(node.pods);
  for (const [key, count] of counts) {
    const verdict = node.verdict(key);
    if (verdict === null) continue;
    const standing = standingOf(pods.get(key), known.get(key), moment);
    if (node.isSelected(key)) count.selected++;
    if (verdict === 'none') count.none++;
    else if (hasAcknowledged) count.acknowledged++;
    if (verdict === 'keep') count.keep++;
    if (verdict === 'run') countDesired(count, fits(key).fits, standing);
    else if (standing !== null) count.misscheduled++;
    if (presence !== 'present' && (verdict === 'run' || standing !== null)) countSilent(count, node);
  }
  for (const { kind, daemonSet } of node.drifts) {
    const count = counts.get(daemonSet);
    if (count) count[kind]++;
  }
}

function standingOf(
  pods: readonly PodHealth[] | undefined,
  daemonSet: DaemonSetSnapshot | undefined,
  moment: CountMoment,
): PodStanding | null {
  const record = daemonSet?.placed?.record;
  return pods === undefined || record === undefined ? null : podStanding(pods, record, moment);
}

function countDesired(count: PodCounts, fits: Answer, standing: PodStanding | null): void {
  count.desired++;
  if (fits === 'yes') count.fits++;
  if (fits === 'no') count.doesNotFit++;
  if (standing === null) return;
  count.current++;
  if (standing.isReady) count.ready++;
  if (standing.isUpToDate) count.upToDate++;
  if (standing.isAvailable === null) count.available = null;
  else if (standing.isAvailable && count.available !== null) count.available++;
}

function countSilent(count: Counts, { presence, lastSeenMs }: NodeSnapshot): void {
  if (presence === 'never-seen') {
    count.unreportedNodeCount++;
    return;
  }
  count.staleNodeCount++;
  count.oldestReportMs = oldestOf(count.oldestReportMs, lastSeenMs);
}

/** The earlier of two times; 0 means no time. */
function oldestOf(leftMs: number, rightMs: number): number {
  return leftMs === 0 || rightMs === 0 ? leftMs || rightMs : Math.min(leftMs, rightMs);
}

function noPodCounts(): PodCounts {
  return {
    desired: 0,
    current: 0,
    ready: 0,
    upToDate: 0,
    available: 0,
    misscheduled: 0,
    selected: 0,
    fits: 0,
    doesNotFit: 0,
    keep: 0,
  };
}

const NO_DRIFTS = Object.fromEntries(DRIFT_KINDS.map((kind) => [kind, 0])) as Readonly<Record<DriftKind, number>>;

function noCounts(): Counts {
  return {
    ...noPodCounts(),
    none: 0,
    acknowledged: 0,
    ...NO_DRIFTS,
    staleNodeCount: 0,
    oldestReportMs: 0,
    unreportedNodeCount: 0,
  };
}
