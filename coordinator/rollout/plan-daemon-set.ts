/**
 * Plans what is to be done about one DaemonSet (Kubernetes pkg/controller/daemon/daemon_controller.go, manage and
 * podsShouldBeOnNode). Pure. A template change replaces no pod: every strategy behaves like OnDelete.
 */
import { claimPods } from './claim-pods.ts';
import type { DaemonSetPlan, Hold, PlannedEvent, PodAction } from './daemon-set-plan.ts';
import type { OwnedDaemonSet, OwnedNode, OwnedPod } from './daemon-set-state.ts';
import { daemonSetStatus, nextAvailableMs } from './daemon-set-status.ts';
import { planNode } from './plan-node.ts';
import type { PodBackoff } from './pod-backoff.ts';
import { selectsEverything } from './pod-selector.ts';
import { podsByNode } from './pods-by-node.ts';

export interface PlanInput {
  readonly daemonSet: OwnedDaemonSet;
  readonly nodes: Iterable<OwnedNode>;
  /** The pods that the DaemonSet controls, and those in its namespace without a controller. */
  readonly pods: Iterable<OwnedPod>;
  readonly backoff: PodBackoff;
  readonly nowMs: number;
}

export function planDaemonSet({ daemonSet, nodes, pods, backoff, nowMs }: PlanInput): DaemonSetPlan {
  if (selectsEverything(daemonSet.selector)) return { ...NOTHING, events: [SELECTING_ALL] };
  if (daemonSet.isBeingDeleted) return NOTHING;
  const claimed = claimPods(daemonSet, pods);
  const { byNode, unknownTarget } = podsByNode(claimed.pods);
  const actions: PodAction[] = [...claimed.actions];
  const holds: Hold[] = unknownTarget.map(unknownTargetHold);
  const events: PlannedEvent[] = [];
  const listed: OwnedNode[] = [];
  for (const node of nodes) {
    listed.push(node);
    planNode({ daemonSet, node, pods: byNode.get(node.name) ?? [], backoff, nowMs }, { actions, holds, events });
  }
  actions.push(...deletionsOnVanishedNodes(byNode, listed));
  const status = daemonSetStatus(daemonSet, listed, byNode, nowMs);
  return {
    actions,
    holds,
    events,
    status,
    replanAtMs: earliest([...holds.map(({ untilMs }) => untilMs), nextAvailableMs(daemonSet, claimed.pods, nowMs)]),
  };
}

const NOTHING: DaemonSetPlan = { actions: [], holds: [], events: [], status: null, replanAtMs: null };

const SELECTING_ALL: PlannedEvent = {
  type: 'Warning',
  reason: 'SelectingAll',
  message: 'This daemon set is selecting all pods. A non-empty selector is required.',
};

function unknownTargetHold(pod: OwnedPod): Hold {
  const detail = `pod ${pod.name} names no node in its affinity`;
  return { node: '', reason: 'unknown-target', detail, untilMs: null };
}

/** Only unscheduled pods: the pod garbage collector deletes those that were bound (getUnscheduledPodsWithoutNode). */
function deletionsOnVanishedNodes(
  byNode: ReadonlyMap<string, readonly OwnedPod[]>,
  nodes: readonly OwnedNode[],
): PodAction[] {
  const names = new Set(nodes.map(({ name }) => name));
  return [...byNode]
    .filter(([node]) => !names.has(node))
    .flatMap(([node, pods]) => pods.map((pod) => ({ node, pod })))
    .filter(({ pod }) => pod.boundNode === '' && !pod.isTerminating)
    .map(({ node, pod }) => ({ verb: 'delete', pod, node, reason: 'node-gone', detail: '' }) as const);
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.min(...known);
}
