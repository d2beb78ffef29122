/** What own mode keeps of a pod and of a DaemonSet. */
import { describe, expect, it } from 'vitest';
import { collisionCountOf, toOwnedDaemonSet } from '../../coordinator/enactment/owned-daemon-set.ts';
import { isDaemonPodOrOrphan, toOwnedPod } from '../../coordinator/enactment/owned-pod.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';

const owner = (kind: string, uid: string, controller?: boolean) => ({
  apiVersion: 'v1',
  kind,
  name: 'x',
  uid,
  controller,
});

function pod(metadata: object = {}, more: object = {}): RawObject {
  return { metadata: { name: 'agent-1', namespace: 'system', uid: 'p1', resourceVersion: '5', ...metadata }, ...more };
}

describe('a pod', () => {
  it('is kept with what the planner reads', () => {
    const object = pod(
      {
        labels: { app: 'agent' },
        ownerReferences: [owner('Node', 'other'), owner('DaemonSet', 'd1', true)],
        creationTimestamp: '2026-12-01T00:00:00Z',
        deletionTimestamp: '2026-12-01T00:01:00Z',
        generateName: 'agent-',
      },
      {
        spec: { nodeName: 'n1' },
        status: {
          phase: 'Running',
          conditions: [
            { type: 'PodScheduled', status: 'True' },
            { type: 'Ready', status: 'True', lastTransitionTime: '2026-12-01T00:00:30Z' },
          ],
        },
      },
    );
    expect(toOwnedPod(object)).toEqual({
      namespace: 'system',
      name: 'agent-1',
      uid: 'p1',
      resourceVersion: '5',
      labels: { app: 'agent' },
      controllerUid: 'd1',
      boundNode: 'n1',
      targetNode: 'n1',
      phase: 'Running',
      isReady: true,
      readySinceMs: Date.UTC(2026, 11, 1, 0, 0, 30),
      createdMs: Date.UTC(2026, 11, 1),
      isTerminating: true,
      hasGeneratedName: true,
      failure: '',
    });
  });

  it('that the scheduler has not bound has the node that its affinity names', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n2'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    expect(toOwnedPod(pod({}, { spec: { affinity } }))).toMatchObject({ boundNode: '', targetNode: 'n2' });
  });

  it('without owner, status and times has values that mean unknown', () => {
    expect(toOwnedPod(pod())).toMatchObject({
      labels: {},
      controllerUid: '',
      targetNode: null,
      phase: 'Unknown',
      isReady: false,
      readySinceMs: 0,
      createdMs: 0,
      isTerminating: false,
      hasGeneratedName: false,
    });
  });

  it('has no controller if no owner reference says so', () => {
    expect(toOwnedPod(pod({ ownerReferences: [owner('DaemonSet', 'd1')] })).controllerUid).toBe('');
  });

  it.each([
    [{ phase: 'Failed', reason: 'Evicted', message: 'low on memory' }, 'Evicted: low on memory'],
    [{ phase: 'Failed', message: 'low on memory' }, 'low on memory'],
    [{ phase: 'Failed' }, ''],
    [{ phase: 'Running', reason: 'NodeLost' }, ''],
  ])('with the status %j has the failure %j', (status, failure) => {
    expect(toOwnedPod(pod({}, { status })).failure).toBe(failure);
  });

  it('shares its labels with the other pods of its DaemonSet', () => {
    const first = toOwnedPod(pod({ labels: { app: 'agent' } }));
    expect(toOwnedPod(pod({ name: 'agent-2', labels: { app: 'agent' } })).labels).toBe(first.labels);
    expect(toOwnedPod(pod({ labels: { app: 'other' } })).labels).toEqual({ app: 'other' });
  });

  it.each([
    ['a DaemonSet', [owner('DaemonSet', 'd1', true)], true],
    ['nobody', [owner('Node', 'n')], true],
    ['a ReplicaSet', [owner('DaemonSet', 'd1'), owner('ReplicaSet', 'r1', true)], false],
  ])('that %s controls is kept: %s', (_, ownerReferences, isKept) => {
    expect(isDaemonPodOrOrphan(pod({ ownerReferences }))).toBe(isKept);
  });
});

describe('a DaemonSet', () => {
  const metadata = { name: 'agent', namespace: 'system', uid: 'd1', resourceVersion: '1' };

  it('is kept with what the planner reads', () => {
    const annotations = { 'deprecated.daemonset.template.generation': '2' };
    const selector = { matchLabels: { app: 'agent' } };
    const object = {
      metadata: { ...metadata, generation: 4, annotations, deletionTimestamp: '2026-12-01T00:00:00Z' },
      spec: { selector, minReadySeconds: 5 },
      status: { numberReady: 3, observedGeneration: 4, collisionCount: 2 },
    };
    expect(toOwnedDaemonSet(object)).toMatchObject({
      key: 'system/agent',
      uid: 'd1',
      generation: 4,
      selector,
      isBeingDeleted: true,
      minReadySeconds: 5,
      templateGeneration: '2',
      status: { numberReady: 3, numberAvailable: 0, observedGeneration: 4 },
    });
    expect(collisionCountOf(object)).toBe(2);
  });

  it('without spec and status has zeros, no selector and no collision', () => {
    const empty = toOwnedDaemonSet({ metadata });
    expect(empty).toMatchObject({ generation: 0, selector: null, isBeingDeleted: false, templateGeneration: null });
    expect(Object.values(empty.status)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(collisionCountOf({ metadata })).toBeNull();
  });
});
