/** Plans one node of a DaemonSet (Kubernetes pkg/controller/daemon podsShouldBeOnNode, without surge). */
import type { WriteReason } from '../../shared/model/cluster-write.ts';
import type { Hold, PlannedEvent, PodAction } from './daemon-set-plan.ts';
import type { OwnedDaemonSet, OwnedNode, OwnedPod } from './daemon-set-state.ts';
import type { PodBackoff } from './pod-backoff.ts';
import { comparePods, hasEnded } from './pods-by-node.ts';

export interface NodeInput {
  readonly daemonSet: OwnedDaemonSet;
  readonly node: OwnedNode;
  /** Without those that ended and are being deleted. */
  readonly pods: readonly OwnedPod[];
  readonly backoff: PodBackoff;
  readonly nowMs: number;
}

/** What the plan of a node adds to the plan of the DaemonSet. */
export interface PlanParts {
  readonly actions: PodAction[];
  readonly holds: Hold[];
  readonly events: PlannedEvent[];
}

export function planNode(input: NodeInput, parts: PlanParts): void {
  const { daemonSet, node, pods } = input;
  const live = pods.filter((pod) => !pod.isTerminating);
  // A pod that is still to be adopted counts on its node, and nothing is done about it before.
  const owned = live.filter(({ controllerUid }) => controllerUid === daemonSet.uid);
  if (node.verdict === 'none') {
    for (const pod of owned) parts.actions.push(deletion(node.name, pod, 'not-placed', ''));
    return;
  }
  for (const pod of owned) if (hasEnded(pod)) recycle(input, pod, parts);
  deleteDuplicates(
    input,
    live.filter((pod) => !hasEnded(pod)),
    parts,
  );
  if (node.verdict === 'run' && live.length === 0) startPod(node, pods, parts);
}

function startPod({ name: node }: OwnedNode, terminating: readonly OwnedPod[], { actions, holds }: PlanParts): void {
  const [previous] = terminating;
  if (previous === undefined) actions.push({ verb: 'create', node, reason: 'no-pod', detail: '' });
  else holds.push({ node, reason: 'terminating-pod', detail: `pod ${previous.name} has not ended yet`, untilMs: null });
}

/** Deletes a pod that has ended, so that the next plan creates another one. */
function recycle({ daemonSet, node, backoff, nowMs }: NodeInput, pod: OwnedPod, parts: PlanParts): void {
  const { observedGeneration } = daemonSet.status;
  const untilMs = backoff.untilMs({ observedGeneration, node: node.name }, nowMs);
  const hasFailed = pod.phase === 'Failed';
  if (untilMs !== null) {
    const detail = `pod ${pod.name} ${hasFailed ? 'failed' : 'succeeded'}${pod.failure && `: ${pod.failure}`}`;
    parts.holds.push({ node: node.name, reason: 'failed-pod-backoff', detail, untilMs });
    return;
  }
  const where = `${pod.namespace}/${pod.name} on node ${node.name}`;
  parts.events.push(
    hasFailed
      ? { type: 'Warning', reason: 'FailedDaemonPod', message: `Found failed daemon pod ${where}, will try to kill it` }
      : {
          type: 'Normal',
          reason: 'SucceededDaemonPod',
          message: `Found succeeded daemon pod ${where}, will try to delete it`,
        },
  );
  parts.actions.push(deletion(node.name, pod, hasFailed ? 'failed-pod' : 'succeeded-pod', pod.failure));
}

function deleteDuplicates({ daemonSet, node }: NodeInput, running: readonly OwnedPod[], { actions }: PlanParts): void {
  if (running.length < 2) return;
  const [kept, ...others] = [...running].sort(comparePods);
  const owned = others.filter(({ controllerUid }) => controllerUid === daemonSet.uid);
  for (const pod of owned) actions.push(deletion(node.name, pod, 'duplicate', `pod ${kept?.name} stays`));
}

function deletion(node: string, pod: OwnedPod, reason: WriteReason, detail: string): PodAction {
  return { verb: 'delete', pod, node, reason, detail };
}
