/** The pods that the planner sees, from the watch and from responses, which arrive in any order. */
import { expect, it } from 'vitest';
import { OwnedPods } from '../../coordinator/enactment/owned-pods.ts';
import { ownedPod } from '../rollout/world.ts';

const NOW_MS = 1_000;
const created = ownedPod('n1', { resourceVersion: '10', boundNode: '', phase: 'Pending' });
const orphaned = ownedPod('n1', { resourceVersion: '12', controllerUid: '' });

function podsOf(pods: OwnedPods) {
  return [...pods.of('ds-uid', 'default')];
}

it('shows a pod that was created before the watch does', () => {
  const pods = new OwnedPods(() => {});
  pods.written(created, undefined, NOW_MS);
  expect(podsOf(pods)).toEqual([created]);
  expect(pods.overdue(NOW_MS + 1)).toEqual([created]);
});

it('keeps what the watch has shown when the response arrives after it', () => {
  const pods = new OwnedPods(() => {});
  pods.applied(created);
  pods.applied(orphaned);
  pods.written(created, undefined, NOW_MS);
  expect(podsOf(pods)).toEqual([orphaned]);
  expect(pods.overdue(NOW_MS + 1)).toEqual([]);
});

it('keeps what the watch has shown while a pod was read from the API server', () => {
  const pods = new OwnedPods(() => {});
  pods.written(created, undefined, NOW_MS);
  const [overdue] = pods.overdue(NOW_MS + 1);
  pods.applied(orphaned);
  pods.confirmed(overdue ?? created, created);
  expect(podsOf(pods)).toEqual([orphaned]);
});

it('shows a pod whose deletion was accepted as terminating, until the watch shows its end', () => {
  const pods = new OwnedPods(() => {});
  pods.applied(orphaned);
  pods.deleted(orphaned, NOW_MS);
  expect(podsOf(pods)).toMatchObject([{ isTerminating: true }]);
  pods.removed(orphaned);
  expect(podsOf(pods)).toEqual([]);
});
