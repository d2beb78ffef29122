/**
 * The status of a DaemonSet, counted a second time: from raw Node and Pod objects, in the most literal way, with nothing
 * shared with what it checks. Written from the text of Kubernetes' updateDaemonSetStatus.
 */
import type { Node, Pod, Toleration } from '../../shared/kubernetes/objects.ts';

export interface NaiveDaemonSet {
  readonly name: string;
  readonly uid: string;
  readonly hash: string;
  readonly minReadySeconds: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
}

export interface NaiveStatus {
  readonly desired: number;
  readonly current: number;
  readonly ready: number;
  readonly upToDate: number;
  readonly available: number;
  readonly misscheduled: number;
}

export function naiveStatus(
  daemonSet: NaiveDaemonSet,
  nodes: readonly Node[],
  pods: readonly Pod[],
  nowMs: number,
): NaiveStatus {
  let [desired, current, ready, upToDate, available, misscheduled] = [0, 0, 0, 0, 0, 0];
  for (const node of nodes) {
    const here = pods.filter((pod) => {
      const ours = (pod.metadata?.ownerReferences ?? []).some(({ uid }) => uid === daemonSet.uid);
      const ended = pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
      const goneAlready = ended && pod.metadata?.deletionTimestamp !== undefined;
      return ours && !goneAlready && nodeOf(pod) === node.metadata?.name;
    });
    if (!shouldRun(daemonSet, node)) {
      if (here.length > 0) misscheduled++;
      continue;
    }
    desired++;
    if (here.length === 0) continue;
    current++;
    const [pod] = here.sort((left, right) => {
      const [one, other] = [left, right].map(sortText) as [string, string];
      return one < other ? -1 : 1;
    });
    const condition = pod?.status?.conditions?.find(({ type }) => type === 'Ready');
    if (condition?.status === 'True') {
      ready++;
      const sinceMs = Date.parse(condition.lastTransitionTime ?? '');
      if (daemonSet.minReadySeconds === 0 || nowMs - sinceMs >= daemonSet.minReadySeconds * 1000) available++;
    }
    if (pod?.metadata?.labels?.['controller-revision-hash'] === daemonSet.hash) upToDate++;
  }
  return { desired, current, ready, upToDate, available, misscheduled };
}

function shouldRun({ nodeSelector, tolerations }: NaiveDaemonSet, node: Node): boolean {
  for (const [key, value] of Object.entries(nodeSelector)) {
    if (node.metadata?.labels?.[key] !== value) return false;
  }
  for (const { key, effect } of node.spec?.taints ?? []) {
    if (effect === 'PreferNoSchedule') continue;
    if (!tolerations.some((toleration) => toleration.key === key && toleration.operator === 'Exists')) return false;
  }
  return true;
}

function nodeOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required?.nodeSelectorTerms?.[0]?.matchFields?.[0]?.values?.[0];
}

/** Assigned before unassigned, then older before younger, then by name. */
function sortText({ metadata = {}, spec = {} }: Pod): string {
  return `${spec.nodeName ? 0 : 1} ${metadata.creationTimestamp} ${metadata.name}`;
}
