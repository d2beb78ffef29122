/** Samples of the cluster snapshot: counters and drift per DaemonSet. The computation yields to other tasks. */

import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { Counts } from '../../shared/model/tally.ts';
import type { Sample } from '../../shared/operations/metric-registry.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import type { LiveSnapshots } from '../query/live-snapshots.ts';
import { driftReason } from './drift-reason.ts';

/** Counts of nodes that become one gauge each. */
const NODE_COUNTS = {
  selected: ({ selected }) => selected,
  desired: ({ desired }) => desired,
  withoutRoom: ({ doesNotFit }) => doesNotFit,
  current: ({ current }) => current,
  ready: ({ ready }) => ready,
  upToDate: ({ upToDate }) => upToDate,
  // Of now, it is always known.
  available: ({ available }) => available ?? 0,
  misscheduled: ({ misscheduled }) => misscheduled,
  stale: ({ staleNodeCount }) => staleNodeCount,
} as const satisfies Record<string, (counts: Counts) => number>;

type NodeCountSamples = Readonly<Record<keyof typeof NODE_COUNTS, readonly Sample[]>>;

export interface SnapshotSamples extends NodeCountSamples {
  readonly driftNodes: readonly Sample[];
  readonly driftOldestSeconds: readonly Sample[];
  readonly drifts: readonly Sample[];
}

export interface SampledCoordinator {
  readonly snapshots: Pick<LiveSnapshots, 'now'>;
  readonly evaluator: { readonly table: Pick<Evaluator['table'], 'nodeNames' | 'daemonSetKeys'> };
  readonly clock: Pick<Clock, 'nowMs'>;
}

export async function snapshotSamples({ snapshots, evaluator, clock }: SampledCoordinator): Promise<SnapshotSamples> {
  const snapshot = snapshots.now();
  const { daemonSets } = await snapshot.tally(evaluator.table.daemonSetKeys());
  const drifts: Drift[] = [];
  for await (const node of snapshot.nodes(await snapshot.nodeNames())) drifts.push(...node.drifts);
  return {
    ...nodeCountSamples(daemonSets),
    ...driftSamples(drifts, clock.nowMs()),
  };
}

function nodeCountSamples(daemonSets: ReadonlyMap<DaemonSetKey, Counts>): NodeCountSamples {
  const counted = [...daemonSets].map(([key, counts]) => ({ labels: labelsOf(key), counts }));
  const samples = Object.entries(NODE_COUNTS).map(([name, valueOf]) => [
    name,
    counted.map(({ labels, counts }) => ({ labels, value: valueOf(counts) })),
  ]);
  return Object.fromEntries(samples) as NodeCountSamples;
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
