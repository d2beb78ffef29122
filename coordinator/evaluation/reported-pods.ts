/**
 * Daemon pods that are meant for a node and that the scheduler cannot bind to it. They are on no node, so no
 * agent sees them, and to an agent they are missing. Pure.
 */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { PodReport } from '../../shared/model/reports.ts';

export type ReportedPods = Pick<PodReport, 'pods' | 'drifts'>;

/** What an agent said, with the pods that wait: where one waits none is missing, but the daemon is unhealthy. */
export function mergeUnboundPods(said: ReportedPods, node: string, unbound: readonly PodHealth[]): ReportedPods {
  const seen = new Set(said.pods.map(({ daemonSet, podName }) => `${daemonSet} ${podName}`));
  const waiting = unbound.filter(({ daemonSet, podName }) => !seen.has(`${daemonSet} ${podName}`));
  if (waiting.length === 0) return said;
  const daemonSets = new Set<DaemonSetKey>(waiting.map(({ daemonSet }) => daemonSet));
  const others = said.drifts.filter(({ kind, daemonSet }) => !(kind === 'missing' && daemonSets.has(daemonSet)));
  const wanting = new Set(said.drifts.filter(({ kind }) => kind === 'missing').map(({ daemonSet }) => daemonSet));
  return {
    pods: [...said.pods, ...waiting].sort(comparePods),
    drifts: [
      ...others,
      ...waiting.filter(({ daemonSet }) => wanting.has(daemonSet)).map((pod) => unhealthy(pod, node)),
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
