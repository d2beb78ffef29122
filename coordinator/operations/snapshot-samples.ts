/** The roll as numbers for whoever watches: coverage and drift of each DaemonSet, in turns between which others have theirs. */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { Sample } from '../../shared/operations/metric-registry.ts';
import { LiveSnapshot } from '../query/live-snapshot.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { driftReason } from './drift-reason.ts';

export interface SnapshotSamples {
  readonly wanted: readonly Sample[];
  readonly allowed: readonly Sample[];
  readonly withoutRoom: readonly Sample[];
  readonly running: readonly Sample[];
  readonly healthy: readonly Sample[];
  readonly driftNodes: readonly Sample[];
  readonly driftOldestSeconds: readonly Sample[];
  readonly drifts: readonly Sample[];
}

export async function snapshotSamples(context: CoordinatorContext): Promise<SnapshotSamples> {
  const snapshot = new LiveSnapshot(context);
  const { daemonSets } = await snapshot.tally(context.evaluator.table.daemonSetKeys());
  const counts = [...daemonSets].map(([key, count]) => ({ labels: labelsOf(key), count }));
  const drifts: Drift[] = [];
  for await (const node of snapshot.nodes(await snapshot.nodeNames())) drifts.push(...node.drifts);
  return {
    wanted: counts.map(({ labels, count }) => ({ labels, value: count.wanted })),
    allowed: counts.map(({ labels, count }) => ({ labels, value: count.allowed })),
    withoutRoom: counts.map(({ labels, count }) => ({ labels, value: count.doesNotFit })),
    running: counts.map(({ labels, count }) => ({ labels, value: count.running })),
    healthy: counts.map(({ labels, count }) => ({ labels, value: count.healthy })),
    ...driftSamples(drifts, context.clock.nowMs()),
  };
}

function driftSamples(
  drifts: readonly Drift[],
  nowMs: number,
): Pick<SnapshotSamples, 'driftNodes' | 'driftOldestSeconds' | 'drifts'> {
  const byDaemonSet = groups(drifts, ({ daemonSet, kind }) => ({ ...labelsOf(daemonSet), kind }));
  const byReason = groups(drifts, (drift) => ({ kind: drift.kind, reason: driftReason(drift) }));
  return {
    driftNodes: byDaemonSet.map(({ labels, of }) => ({ labels, value: new Set(of.map(({ node }) => node)).size })),
    driftOldestSeconds: byDaemonSet.map(({ labels, of }) => ({ labels, value: oldestSeconds(of, nowMs) })),
    drifts: byReason.map(({ labels, of }) => ({ labels, value: of.length })),
  };
}

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly of: Drift[];
}

function groups(drifts: readonly Drift[], labelsOfDrift: (drift: Drift) => Readonly<Record<string, string>>): Group[] {
  const found = new Map<string, Group>();
  for (const drift of drifts) {
    const labels = labelsOfDrift(drift);
    const name = Object.values(labels).join(' ');
    const group = found.get(name) ?? { labels, of: [] };
    group.of.push(drift);
    found.set(name, group);
  }
  return [...found.values()];
}

function oldestSeconds(drifts: readonly Drift[], nowMs: number): number {
  return Math.max(...drifts.map(({ sinceMs }) => Math.max(0, nowMs - sinceMs))) / 1000;
}

function labelsOf(key: DaemonSetKey): { namespace: string; daemonset: string } {
  const [namespace = '', daemonset = ''] = key.split('/');
  return { namespace, daemonset };
}
