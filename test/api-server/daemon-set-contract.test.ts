/** What a DaemonSet controller requires of an API server, tested with the fake one and a real one. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ApiServerClusterWriter } from '../../coordinator/enactment/api-server-cluster-writer.ts';
import { FakeApiServer } from '../../deploy/simulated-cluster/fake-api-server.ts';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { type RawObject, rawObject } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import { AdminClient } from './admin-client.ts';
import { type ControlPlane, hasControlPlane, START_PATIENCE_MS, startControlPlane } from './control-plane.ts';
import { until } from './until.ts';

const PATIENCE_MS = 15_000;
const NAMESPACE = '/api/v1/namespaces/default';
const APPS = '/apis/apps/v1/namespaces/default';
const DAEMON_SETS = `${APPS}/daemonsets`;
const PODS = `${NAMESPACE}/pods`;
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const labels = { app: 'agent' };
const containers = [{ name: 'daemon', image: 'example.org/daemon:1' }];

function daemonSet(name: string, image = 'example.org/daemon:1'): object {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'daemon', image }] } };
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector: { matchLabels: labels }, template } };
}

function pod(name: string, metadata: object = {}): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, ...metadata }, spec: { containers } };
}

describe('the fake API server', () => {
  let server: FakeApiServer;
  beforeAll(async () => {
    server = new FakeApiServer();
    await server.start();
  });
  afterAll(() => server.stop());
  testContract(async () => server.access);
});

describe.skipIf(!hasControlPlane)('a real API server', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'garbagecollector' });
  }, START_PATIENCE_MS);
  afterAll(() => controlPlane?.stop());
  testContract(async () => controlPlane.access());
});

function testContract(accessOf: () => Promise<ApiServerAccess>): void {
  async function clients() {
    const options = { access: await accessOf(), clock: systemClock, userAgent: 'rollcall-test' };
    const [admin, writer] = [new AdminClient(options), new ApiServerClusterWriter(options)];
    onTestFinished(() => {
      admin.close();
      writer.close();
    });
    const read = async (path: string): Promise<RawObject> => rawObject(await admin.get(path));
    const isGone = (path: string) =>
      admin.get(path).then(
        () => false,
        () => true,
      );
    return { admin, writer, read, isGone };
  }

  const preconditionsOf = ({ metadata }: RawObject) => ({
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion,
  });

  async function bind(admin: AdminClient, name: string): Promise<void> {
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n1' };
    await admin.create(`${PODS}/${name}/binding`, { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target });
  }

  it('counts generations of the spec and of the template', async () => {
    const { admin, read } = await clients();
    const path = `${DAEMON_SETS}/counted`;
    const generations = async () => {
      const { metadata } = await read(path);
      return [metadata['generation'], (metadata['annotations'] as Record<string, string>)[TEMPLATE_GENERATION]];
    };
    await admin.create(DAEMON_SETS, daemonSet('counted'));
    expect(await generations()).toEqual([1, '1']);
    const created = await read(path);
    await admin.replace(path, { ...created, metadata: { ...created.metadata, labels: { team: 'a' } } });
    expect(await generations()).toEqual([1, '1']);
    const labelled = await read(path);
    await admin.replace(path, { ...labelled, spec: { ...(labelled['spec'] as object), minReadySeconds: 5 } });
    expect(await generations()).toEqual([2, '1']);
    const { metadata } = await read(path);
    await admin.replace(path, { ...daemonSet('counted', 'example.org/daemon:2'), metadata });
    expect(await generations()).toEqual([3, '2']);
  });

  it('changes the status only through its subresource', async () => {
    const { admin, writer, read } = await clients();
    const path = `${DAEMON_SETS}/reported`;
    await admin.create(DAEMON_SETS, daemonSet('reported'));
    const status = { desiredNumberScheduled: 3, currentNumberScheduled: 2, numberMisscheduled: 0, numberReady: 1 };
    const ignored = await writer.patch(path, { status }, preconditionsOf(await read(path)));
    expect(ignored['status']).toMatchObject({ desiredNumberScheduled: 0 });
    const patch = { status, spec: { minReadySeconds: 9 } };
    const stored = await writer.patch(`${path}/status`, patch, preconditionsOf(await read(path)));
    expect(stored).toMatchObject({ status, metadata: { generation: 1 } });
    expect((stored['spec'] as Record<string, unknown>)['minReadySeconds'] ?? 0).toBe(0);
  });

  it('creates a pod as Pending, whatever its status says, and binds it once', async () => {
    const { admin, read } = await clients();
    await admin.create(PODS, { ...pod('bound'), status: { phase: 'Running' } });
    expect(await read(`${PODS}/bound`)).toMatchObject({ status: { phase: 'Pending' } });
    await bind(admin, 'bound');
    expect(await read(`${PODS}/bound`)).toMatchObject({ spec: { nodeName: 'n1' } });
  });

  it('deletes a pod at once that is not bound, and lets a bound one end', async () => {
    const { admin, writer, read, isGone } = await clients();
    await admin.create(PODS, pod('unbound'));
    await writer.delete(`${PODS}/unbound`, preconditionsOf(await read(`${PODS}/unbound`)));
    expect(await isGone(`${PODS}/unbound`)).toBe(true);
    await admin.create(PODS, pod('ending'));
    await bind(admin, 'ending');
    await writer.delete(`${PODS}/ending`, preconditionsOf(await read(`${PODS}/ending`)));
    expect((await read(`${PODS}/ending`)).metadata['deletionTimestamp']).toEqual(expect.any(String));
    await admin.remove(`${PODS}/ending`);
    expect(await isGone(`${PODS}/ending`)).toBe(true);
  });

  it('keeps a pod with a finalizer until the finalizer is removed', async () => {
    const { admin, writer, read, isGone } = await clients();
    const path = `${PODS}/finalized`;
    await admin.create(PODS, pod('finalized', { finalizers: ['example.org/wait'] }));
    await admin.remove(path);
    const waiting = await read(path);
    expect(waiting.metadata['deletionTimestamp']).toEqual(expect.any(String));
    await writer.patch(path, { metadata: { finalizers: [] } }, preconditionsOf(waiting));
    expect(await isGone(path)).toBe(true);
  });

  it('refuses a write to another version or to another object of the same name', async () => {
    const { admin, writer, read } = await clients();
    const path = `${PODS}/guarded`;
    await admin.create(PODS, pod('guarded'));
    const { uid, resourceVersion } = preconditionsOf(await read(path));
    const other = '00000000-0000-0000-0000-000000000000';
    const label = { metadata: { labels: { app: 'x' } } };
    await expect(writer.patch(path, label, { uid: other, resourceVersion })).rejects.toMatchObject({
      failure: 'invalid',
    });
    await expect(writer.delete(path, { uid: other, resourceVersion })).rejects.toMatchObject({ failure: 'conflict' });
    await writer.patch(path, label, { uid, resourceVersion });
    await expect(writer.patch(path, label, { uid, resourceVersion })).rejects.toMatchObject({ failure: 'conflict' });
    await expect(writer.delete(path, { uid, resourceVersion })).rejects.toMatchObject({ failure: 'conflict' });
  });

  it('deletes the dependents of an object, or leaves them without their owner', async () => {
    const { admin, read, isGone } = await clients();
    for (const [name, policy] of [
      ['kept', 'Orphan'],
      ['collected', 'Background'],
    ] as const) {
      await admin.create(DAEMON_SETS, daemonSet(name));
      const { uid } = (await read(`${DAEMON_SETS}/${name}`)).metadata;
      const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name, uid, controller: true }];
      await admin.create(PODS, pod(`pod-of-${name}`, { ownerReferences }));
      await admin.removeWith(`${DAEMON_SETS}/${name}`, policy);
    }
    await until('the dependent is deleted', PATIENCE_MS, () => isGone(`${PODS}/pod-of-collected`));
    const ownersOf = async () => (await read(`${PODS}/pod-of-kept`)).metadata['ownerReferences'] ?? [];
    await until('the other one has no owner', PATIENCE_MS, async () => JSON.stringify(await ownersOf()) === '[]');
    expect(await isGone(`${PODS}/pod-of-kept`)).toBe(false);
  });

  it('lists the objects with a label', async () => {
    const { admin } = await clients();
    await admin.create(PODS, pod('labelled', { labels: { colour: 'blue' } }));
    await admin.create(PODS, pod('other', { labels: { colour: 'green' } }));
    const { items } = await admin.get(PODS, { labelSelector: 'colour=blue' });
    expect((items as RawObject[]).map(({ metadata }) => metadata.name)).toEqual(['labelled']);
  });
}
