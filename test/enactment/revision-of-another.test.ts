/** A ControllerRevision that has the name and the content of the present template, and that the DaemonSet does not control. */
import { expect, it } from 'vitest';
import type { StoredObject } from '../../deploy/simulated-cluster/stored-object.ts';
import { OwnHarness } from './own-harness.ts';

const REVISIONS = '/apis/apps/v1/controllerrevisions';

const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'of-earlier', controller: true };

it.each([
  ['controlled by an earlier DaemonSet of the name', { ownerReferences: [owner] }],
  ['without the labels of the selector', { labels: {} }],
])('a revision %s is used without further requests', async (_, changes) => {
  const harness = await OwnHarness.start({}, 0);
  const revisions = () => harness.api.store.objects(REVISIONS);
  await harness.until(() => revisions().length === 1);
  const [revision] = revisions() as [StoredObject];
  const { name, namespace, uid } = revision.metadata;
  await harness.pass(1_000);
  harness.api.apply(REVISIONS, { ...revision, metadata: { name, namespace, uid, ...changes } });
  harness.setVerdict('n1', 'run');
  await harness.until(() => harness.pods().length === 1);
  await harness.pass(5_000);
  const creations = harness.api.requests.filter(
    ({ method, path }) => method === 'POST' && path.endsWith('/controllerrevisions'),
  );
  expect(creations.length).toBe(1);
});
