/**
 * Combines an agent's report about its pods with the daemon pods that the scheduler cannot bind to the node. These are on no
 * node yet, so the agent reports them as missing. Pure.
 */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { PodReport } from '../../shared/model/reports.ts';

export type ReportedPods = Pick<PodReport, 'pods' | 'drifts'>;

/** The report with the unbound pods added. Where one is waiting, the DaemonSet is unhealthy on the node instead of missing. */
export function mergeUnboundPods(reported: ReportedPods, node: string, unbound: readonly PodHealth[]): ReportedPods {
  const seen = new Set(reported.pods.map(({ daemonSet, podName }) => `${daemonSet} ${podName}`));
  const waiting = unbound.filter(({ daemonSet, podName }) => !seen.has(`${daemonSet} ${podName}`));
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

function unhealthy({ daemonSet, podName, waitingReason, waitingMessage, createdMs }: PodHealth, node: string): Drift {
  const detail = waitingMessage === '' ? waitingReason : `${waitingReason}: ${waitingMessage}`;
  return { kind: 'unhealthy', daemonSet, node, podName, detail, sinceMs: createdMs };
}

function comparePods(left: PodHealth, right: PodHealth): number {
  const [one, other] = [left, right].map(({ daemonSet, podName }) => `${daemonSet} ${podName}`) as [string, string];
  return one < other ? -1 : Number(one > other);
}
