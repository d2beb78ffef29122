/** The drifts of a node whose agent does not report. */

import type { NodeSnapshot } from '../model/cluster-snapshot.ts';
import type { Drift } from '../model/drift.ts';

/**
 * Every assignment to run a pod drifts as `unknown`: since the agent was last seen or, if it was never seen, since the
 * verdict came into force. A new node is therefore not reported before it had time to connect, and times survive a
 * restart of the coordinator.
 */
export function driftsOfSilentNode(
  node: Pick<NodeSnapshot, 'name' | 'presence' | 'lastSeenMs' | 'assignments' | 'pair'>,
): Drift[] {
  const { name, presence, lastSeenMs, assignments } = node;
  const detail =
    presence === 'never-seen' ? 'the agent of this node was never seen' : 'the agent of this node is absent';
  return assignments
    .filter(({ verdict }) => verdict === 'run')
    .map(({ daemonSet }): Drift => {
      const sinceMs = lastSeenMs || (node.pair(daemonSet)?.sinceMs ?? 0);
      return { kind: 'unknown', daemonSet, node: name, podName: '', detail, sinceMs };
    })
    .sort((left, right) => (left.daemonSet < right.daemonSet ? -1 : 1));
}
