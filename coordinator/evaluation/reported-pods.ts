/**
 * Combines an agent's report about its pods with the daemon pods that the scheduler cannot bind to the node. These are on no
 * node yet, so the agent reports them as missing. Pure.
 */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { PodReport } from '../../shared/model/reports.ts';

export type ReportedPods = Pick<PodReport, 'pods' | 'drifts'>;

/** Adds the unbound pods that the report lacks. The order is that of a report. */
export function withUnboundPods(pods: readonly PodHealth[], unbound: readonly PodHealth[]): readonly PodHealth[] {
  const added = unseenPods(pods, unbound);
  return added.length === 0 ? pods : [...pods, ...added].sort(comparePods);
}

function unseenPods(pods: readonly PodHealth[], unbound: readonly PodHealth[]): readonly PodHealth[] {
  if (unbound.length === 0) return [];
  const seen = new Set(pods.map(({ daemonSet, podName }) => `${daemonSet} ${podName}`));
  return unbound.filter(({ daemonSet, podName }) => !seen.has(`${daemonSet} ${podName}`));
}

/**
 * Adds the pods that the scheduler could not bind: a DaemonSet with such a pod is not missing on the node but unhealthy.
 * A pod that the scheduler has not tried yet is bound within milliseconds, and is left to the report of the agent.
 */
export function mergeUnboundPods(reported: ReportedPods, node: string, unbound: readonly PodHealth[]): ReportedPods {
  const waiting = unseenPods(reported.pods, unbound).filter(isUnschedulable);
  if (waiting.length === 0) return reported;
  const daemonSets = new Set<DaemonSetKey>(waiting.map(({ daemonSet }) => daemonSet));
  const others = reported.drifts.filter(({ kind, daemonSet }) => !(kind === 'missing' && daemonSets.has(daemonSet)));
  const missing = new Set(reported.drifts.filter(({ kind }) => kind === 'missing').map(({ daemonSet }) => daemonSet));
  return {
    pods: [...reported.pods, ...waiting].sort(comparePods),
    drifts: [
      ...others,
      ...waiting.filter(({ daemonSet }) => missing.has(daemonSet)).map((pod) => unhealthy(pod, node)),
    ],
  };
}

function isUnschedulable({ terminating, waitingReason }: PodHealth): boolean {
  return !terminating && waitingReason !== '';
}

function unhealthy({ daemonSet, podName, waitingReason, waitingMessage, createdMs }: PodHealth, node: string): Drift {
  const detail = waitingMessage === '' ? waitingReason : `${waitingReason}: ${waitingMessage}`;
  return { kind: 'unhealthy', daemonSet, node, podName, detail, sinceMs: createdMs };
}

function comparePods(left: PodHealth, right: PodHealth): number {
  const [one, other] = [left, right].map(({ daemonSet, podName }) => `${daemonSet} ${podName}`) as [string, string];
  return one < other ? -1 : Number(one > other);
}
