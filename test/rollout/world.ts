/** Values of the planner for tests, with defaults. */
import type { OwnedDaemonSet, OwnedNode, OwnedPod } from '../../coordinator/rollout/daemon-set-state.ts';
import type { PlanInput } from '../../coordinator/rollout/plan-daemon-set.ts';
import { PodBackoff } from '../../coordinator/rollout/pod-backoff.ts';
import type { Verdict } from '../../shared/placement/types.ts';

export const NOW_MS = Date.UTC(2026, 0, 1);
const HASH = 'abc';

export function ownedDaemonSet(changes: Partial<OwnedDaemonSet> = {}): OwnedDaemonSet {
  return {
    key: 'default/agent',
    namespace: 'default',
    name: 'agent',
    uid: 'ds-uid',
    generation: 2,
    selector: { matchLabels: { app: 'agent' } },
    isBeingDeleted: false,
    minReadySeconds: 0,
    templateGeneration: '1',
    revisionHash: HASH,
    status: {
      desiredNumberScheduled: 0,
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
      updatedNumberScheduled: 0,
      numberAvailable: 0,
      numberUnavailable: 0,
      observedGeneration: 1,
    },
    ...changes,
  };
}

/** Nodes with these verdicts: `n1`, `n2`, ... */
export function ownedNodes(...verdicts: readonly Verdict[]): OwnedNode[] {
  return verdicts.map((verdict, index) => ({ name: `n${index + 1}`, uid: `uid-n${index + 1}`, verdict }));
}

/** A running pod on the node. */
export function ownedPod(node: string, changes: Partial<OwnedPod> = {}): OwnedPod {
  const name = changes.name ?? `pod-${node}`;
  return {
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    labels: { app: 'agent', 'controller-revision-hash': HASH, 'pod-template-generation': '1' },
    controllerUid: 'ds-uid',
    boundNode: node,
    targetNode: node,
    phase: 'Running',
    isReady: true,
    readySinceMs: NOW_MS - 60_000,
    createdMs: NOW_MS - 120_000,
    isTerminating: false,
    failure: '',
    hasGeneratedName: false,
    ...changes,
  };
}

export function planInput(changes: Partial<PlanInput> = {}): PlanInput {
  return { daemonSet: ownedDaemonSet(), nodes: [], pods: [], backoff: PodBackoff.NONE, nowMs: NOW_MS, ...changes };
}
