/** Reads the complete state of a journal at a revision, in a canonical order. */
import type { Journal } from '../../coordinator/journal/journal.ts';
import { sorted } from './naive-state.ts';

const NODES = ['node-1', 'node-2', 'node-3', 'nœud-4'];
const KEYS = ['logging/fluentd', 'kube-system/kube-proxy', 'other/fluentd'];

export async function historicalState(journal: Journal, revision: number) {
  const { history } = journal;
  const byDaemonSet = await Promise.all(KEYS.map((key) => history.placementsOfDaemonSetAt(key, revision)));
  const byNode = await Promise.all(NODES.map((node) => history.placementsOfNodeAt(node, revision)));
  const placements = sorted(byDaemonSet.flat());
  // Queries by node and by DaemonSet must agree.
  if (JSON.stringify(placements) !== JSON.stringify(sorted(byNode.flat()))) {
    throw new Error(`at revision ${revision} the placements by node differ from those by DaemonSet`);
  }
  return {
    nodes: sorted(await collected(history.nodesAt(revision))),
    daemonSets: sorted(await history.daemonSetsAt(revision)),
    placements,
    pods: sorted((await collected(history.podsAt(revision))).map(({ effectiveRevision: _, ...pods }) => pods)),
    drifts: sorted((await collected(history.driftsAt(revision))).map(({ effectiveRevision: _, ...drift }) => drift)),
  };
}

export async function collected<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = [];
  for await (const value of values) all.push(value);
  return all;
}
