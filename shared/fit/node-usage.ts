/** What the pods of a node take: summed, for each DaemonSet apart. Pure. */
import type { Pod } from '../kubernetes/objects.ts';
import { owningDaemonSet } from '../kubernetes/pod-health.ts';
import type { DaemonSetKey } from '../model/model.ts';
import { addAmounts } from './amounts.ts';
import { podNeeds } from './pod-needs.ts';
import type { NodeUsage, PodUsage } from './types.ts';

const NO_USAGE: PodUsage = { podCount: 0, requests: {}, hostPorts: [] };

/** Of all pods of one node. One that ended takes nothing any more; one that is being deleted still does. */
export function nodeUsage(pods: readonly Pod[]): NodeUsage {
  let others = NO_USAGE;
  const byDaemonSet = new Map<DaemonSetKey, PodUsage>();
  for (const pod of pods) {
    if (hasEnded(pod)) continue;
    const owner = owningDaemonSet(pod);
    const key = `${pod.metadata?.namespace}/${owner?.name}`;
    if (owner === null) others = withPod(others, pod);
    else byDaemonSet.set(key, withPod(byDaemonSet.get(key) ?? NO_USAGE, pod));
  }
  const daemonSets = [...byDaemonSet].map(([daemonSet, usage]) => ({ daemonSet, usage: inOrder(usage) }));
  return {
    others: inOrder(others),
    daemonSets: daemonSets.sort((left, right) => compareText(left.daemonSet, right.daemonSet)),
  };
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function withPod(usage: PodUsage, { metadata = {}, spec }: Pod): PodUsage {
  const { requests, hostPorts } = podNeeds(spec);
  const pod = `${metadata.namespace}/${metadata.name}`;
  return {
    podCount: usage.podCount + 1,
    requests: addAmounts(usage.requests, requests),
    hostPorts: [...usage.hostPorts, ...hostPorts.map((port) => ({ ...port, pod }))],
  };
}

/** So that the order in which pods were seen is no news. */
function inOrder(usage: PodUsage): PodUsage {
  const hostPorts = usage.hostPorts.toSorted(
    (left, right) =>
      left.port - right.port || compareText(left.protocol, right.protocol) || compareText(left.pod, right.pod),
  );
  return { ...usage, hostPorts };
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
