/** The planner, case by case, with the names of the tests in pkg/controller/daemon/daemon_controller_test.go that show the same. */
import { describe, expect, it } from 'vitest';
import type { DaemonSetPlan } from '../../coordinator/rollout/daemon-set-plan.ts';
import type { OwnedPod } from '../../coordinator/rollout/daemon-set-state.ts';
import { planDaemonSet } from '../../coordinator/rollout/plan-daemon-set.ts';
import { PodBackoff } from '../../coordinator/rollout/pod-backoff.ts';
import { NOW_MS, ownedDaemonSet, ownedNodes, ownedPod, planInput } from './world.ts';

/** For example `create n1 no-pod` and `delete pod-n1 not-placed`. */
function actionsOf({ actions }: DaemonSetPlan): string[] {
  return actions.map(
    (action) => `${action.verb} ${action.verb === 'create' ? action.node : action.pod.name} ${action.reason}`,
  );
}

const pods = (...all: readonly OwnedPod[]) => ({ pods: all });

describe('creation', () => {
  it('creates a pod on each node that should run one (TestSimpleDaemonSetLaunchesPods)', () => {
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run', 'none', 'keep', 'run') }));
    expect(actionsOf(plan)).toEqual(['create n1 no-pod', 'create n4 no-pod']);
  });

  it('does nothing without nodes (TestNoNodesDoesNothing)', () => {
    expect(actionsOf(planDaemonSet(planInput()))).toEqual([]);
  });

  it('does nothing for a DaemonSet that is being deleted (TestDontDoAnythingIfBeingDeleted)', () => {
    const daemonSet = ownedDaemonSet({ isBeingDeleted: true });
    const plan = planDaemonSet(planInput({ daemonSet, nodes: ownedNodes('run'), ...pods(ownedPod('n2')) }));
    expect(plan).toMatchObject({ actions: [], status: null });
  });

  it('refuses a DaemonSet that selects all pods (TestPodIsNotDeletedByDaemonsetWithEmptyLabelSelector)', () => {
    const plan = planDaemonSet(planInput({ daemonSet: ownedDaemonSet({ selector: {} }), nodes: ownedNodes('run') }));
    expect(plan).toMatchObject({ actions: [], status: null, events: [{ type: 'Warning', reason: 'SelectingAll' }] });
  });

  it('waits for a pod that is being deleted (TestDaemonSetRespectsTermination)', () => {
    const plan = planDaemonSet(
      planInput({ nodes: ownedNodes('run'), ...pods(ownedPod('n1', { isTerminating: true })) }),
    );
    expect(actionsOf(plan)).toEqual([]);
    expect(plan.holds).toMatchObject([{ node: 'n1', reason: 'terminating-pod', untilMs: null }]);
  });

  it('does not wait for a pod that has ended and is being deleted', () => {
    const ended = ownedPod('n1', { isTerminating: true, phase: 'Failed' });
    expect(actionsOf(planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(ended) })))).toEqual([
      'create n1 no-pod',
    ]);
  });
});

describe('recycling', () => {
  it('deletes pods where the placement is none, and leaves them where it is keep', () => {
    const nodes = ownedNodes('none', 'keep');
    const plan = planDaemonSet(planInput({ nodes, ...pods(ownedPod('n1'), ownedPod('n2')) }));
    expect(actionsOf(plan)).toEqual(['delete pod-n1 not-placed']);
  });

  it('keeps the oldest bound pod of a node (TestDealsWithExistingPods)', () => {
    const young = ownedPod('n1', { name: 'young', createdMs: NOW_MS - 1 });
    const unbound = ownedPod('n1', { name: 'unbound', boundNode: '', createdMs: 0 });
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(young, unbound, ownedPod('n1')) }));
    expect(actionsOf(plan)).toEqual(['delete young duplicate', 'delete unbound duplicate']);
    expect(plan.actions[0]?.detail).toBe('pod pod-n1 stays');
  });

  it('deletes a failed pod with an event, and creates nothing beside it (TestDaemonKillFailedPods)', () => {
    const failed = ownedPod('n1', { phase: 'Failed', failure: 'Evicted: The node was low on resource: memory.' });
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(failed) }));
    expect(plan.actions).toMatchObject([{ verb: 'delete', reason: 'failed-pod', detail: failed.failure }]);
    const message = 'Found failed daemon pod default/pod-n1 on node n1, will try to kill it';
    expect(plan.events).toEqual([{ type: 'Warning', reason: 'FailedDaemonPod', message }]);
  });

  it('waits for the back-off of a pod that failed again (TestDaemonKillFailedPodsBackoff)', () => {
    const slot = { observedGeneration: 1, node: 'n1' };
    const backoff = PodBackoff.NONE.advanced([slot], NOW_MS - 1_500).advanced([slot], NOW_MS - 500);
    const input = planInput({ nodes: ownedNodes('run'), backoff, ...pods(ownedPod('n1', { phase: 'Failed' })) });
    const plan = planDaemonSet(input);
    expect(plan).toMatchObject({ actions: [], replanAtMs: NOW_MS + 1_500 });
    expect(plan.holds).toMatchObject([{ node: 'n1', reason: 'failed-pod-backoff', untilMs: NOW_MS + 1_500 }]);
    expect(actionsOf(planDaemonSet({ ...input, nowMs: NOW_MS + 1_500 }))).toEqual(['delete pod-n1 failed-pod']);
  });

  it('starts with the first delay again after a change of the DaemonSet', () => {
    const backoff = PodBackoff.NONE.advanced([{ observedGeneration: 0, node: 'n1' }], NOW_MS);
    const input = planInput({ nodes: ownedNodes('run'), backoff, ...pods(ownedPod('n1', { phase: 'Failed' })) });
    expect(actionsOf(planDaemonSet(input))).toEqual(['delete pod-n1 failed-pod']);
  });

  it('deletes a completed pod', () => {
    const plan = planDaemonSet(
      planInput({ nodes: ownedNodes('run'), ...pods(ownedPod('n1', { phase: 'Succeeded' })) }),
    );
    expect(actionsOf(plan)).toEqual(['delete pod-n1 succeeded-pod']);
    expect(plan.events).toMatchObject([{ type: 'Normal', reason: 'SucceededDaemonPod' }]);
  });

  it('deletes unscheduled pods of nodes that are gone, and no others (TestDeleteUnscheduledPodForNotExistingNode)', () => {
    const unscheduled = ownedPod('gone', { boundNode: '' });
    const terminating = ownedPod('gone', { name: 'ends', boundNode: '', isTerminating: true });
    const plan = planDaemonSet(
      planInput({ nodes: ownedNodes('run'), ...pods(unscheduled, terminating, ownedPod('away'), ownedPod('n1')) }),
    );
    expect(actionsOf(plan)).toEqual(['delete pod-gone node-gone']);
  });

  it('does nothing about a pod that names no node, and says so', () => {
    const plan = planDaemonSet(planInput(pods(ownedPod('', { targetNode: null }))));
    expect(plan).toMatchObject({ actions: [], holds: [{ node: '', reason: 'unknown-target' }] });
  });
});

describe('ownership', () => {
  it('adopts a matching pod without a controller, and creates no other one beside it', () => {
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(ownedPod('n1', { controllerUid: '' })) }));
    expect(actionsOf(plan)).toEqual(['adopt pod-n1 selector-match']);
  });

  it('does not delete a pod before it has adopted it', () => {
    const plan = planDaemonSet(
      planInput({ nodes: ownedNodes('none'), ...pods(ownedPod('n1', { controllerUid: '' })) }),
    );
    expect(actionsOf(plan)).toEqual(['adopt pod-n1 selector-match']);
  });

  it('releases a pod that the selector does not match, and replaces it', () => {
    const relabelled = ownedPod('n1', { labels: { app: 'debug' } });
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(relabelled) }));
    expect(actionsOf(plan)).toEqual(['release pod-n1 selector-mismatch', 'create n1 no-pod']);
  });

  it('ignores pods of another controller, and orphans that do not match or are being deleted', () => {
    const others = [
      ownedPod('n1', { name: 'a', controllerUid: 'another' }),
      ownedPod('n1', { name: 'b', controllerUid: '', labels: {} }),
      ownedPod('n1', { name: 'c', controllerUid: '', isTerminating: true }),
    ];
    expect(actionsOf(planDaemonSet(planInput({ nodes: ownedNodes('run'), pods: others })))).toEqual([
      'create n1 no-pod',
    ]);
  });
});

describe('status', () => {
  it('counts one pod per node, ready and available ones apart', () => {
    const daemonSet = ownedDaemonSet({ minReadySeconds: 30 });
    const nodes = ownedNodes('run', 'run', 'run', 'keep', 'none');
    const late = ownedPod('n2', { readySinceMs: NOW_MS - 10_000 });
    const old = ownedPod('n3', { isReady: false, labels: { app: 'agent', 'controller-revision-hash': 'old' } });
    const plan = planDaemonSet(
      planInput({ daemonSet, nodes, ...pods(ownedPod('n1'), late, old, ownedPod('n4'), ownedPod('n5')) }),
    );
    expect(plan.status).toEqual({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberMisscheduled: 2,
      numberReady: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 1,
      numberUnavailable: 2,
      observedGeneration: 2,
    });
    expect(plan.replanAtMs).toBe(NOW_MS + 20_000);
  });

  it('counts a pod as updated by its generation without a matching hash', () => {
    const labels = { app: 'agent', 'pod-template-generation': '1' };
    const plan = planDaemonSet(planInput({ nodes: ownedNodes('run'), ...pods(ownedPod('n1', { labels })) }));
    expect(plan.status?.updatedNumberScheduled).toBe(1);
  });
});
