/** Resources and host ports that the pods of a node use, in total for each DaemonSet. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { Pod } from '../kubernetes/objects.ts';
import { owningDaemonSet } from '../kubernetes/owning-daemon-set.ts';
import { type HostPort, podNeeds } from '../kubernetes/pod-needs.ts';
import { type Amounts, addAmounts } from '../kubernetes/resource-amounts.ts';

/** Usage of a node, separate for each DaemonSet, so that a daemon pod does not count against its replacement. */
export interface NodeUsage {
  /** Pods that no DaemonSet owns. */
  readonly others: PodUsage;
  /** Sorted by DaemonSet. */
  readonly daemonSets: readonly DaemonSetUsage[];
}

export interface DaemonSetUsage {
  readonly daemonSet: DaemonSetKey;
  readonly usage: PodUsage;
}

/** Total usage of a group of pods. */
export interface PodUsage {
  readonly podCount: number;
  readonly requests: Amounts;
  readonly hostPorts: readonly TakenPort[];
}

export interface TakenPort extends HostPort {
  /** `namespace/name` of the pod that uses the port. */
  readonly pod: string;
}

const NO_USAGE: PodUsage = { podCount: 0, requests: {}, hostPorts: [] };

/** The usage of all pods of one node. A pod that has ended uses nothing; a pod that is being deleted still counts. */
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

/** Sorts host ports, so that the order of the pods does not look like a change. */
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
