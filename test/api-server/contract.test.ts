/** The required behaviour of an API server, tested with the fake one and a real one. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { PAGE_OBJECTS } from '../../shared/api-server/limits.ts';
import { ListWatch } from '../../shared/api-server/list-watch.ts';
import type { WatchEvent } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { type ControlPlane, hasControlPlane, START_PATIENCE_MS, startControlPlane } from './control-plane.ts';
import { keepNamed, RecordingList } from './recording-list.ts';
import { until } from './until.ts';

const NODES = '/api/v1/nodes';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const PATIENCE_MS = 15_000;

const lease = (name: string, holderIdentity: string, resourceVersion?: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'default', ...(resourceVersion !== undefined && { resourceVersion }) },
  spec: { holderIdentity },
});

const node = (name: string, note = '') => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, annotations: { note } },
});

function clientOf(access: ApiServerAccess): ApiServerClient {
  const client = new ApiServerClient({ access, clock: systemClock, userAgent: 'rollcall-test' });
  onTestFinished(() => client.close());
  return client;
}

function follow(reader: ApiServerClient, query: Record<string, string> = {}) {
  const list = new RecordingList();
  const options = { reader, path: NODES, query, keep: keepNamed, listener: list, clock: systemClock };
  const watch = new ListWatch({ ...options, random: () => 0.5 });
  onTestFinished(() => watch.close());
  watch.start();
  return { list, watch };
}

async function replaceNote(client: ApiServerClient, name: string, note: string): Promise<void> {
  await client.replace(`${NODES}/${name}`, node(name, note));
}

async function firstEvent(client: ApiServerClient, resourceVersion: string): Promise<WatchEvent | undefined> {
  const options = { silenceMs: PATIENCE_MS, deadlineMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) };
  for await (const event of await client.watch(NODES, { resourceVersion }, options)) return event;
  return undefined;
}

describe('the fake API server', () => {
  testContract(async () => (await startFakeApiServer()).access);

  it('rejects a watch from a compacted resource version, like a real one', async () => {
    const server = await startFakeApiServer();
    server.apply(NODES, node('compacted'));
    server.store.compact();
    await expect(firstEvent(clientOf(server.access), '1')).rejects.toMatchObject({ failure: 'expired' });
  });
});

describe.skipIf(!hasControlPlane)('a real API server', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane();
  }, START_PATIENCE_MS);
  afterAll(() => controlPlane?.stop());

  testContract(async () => controlPlane.access());

  it(
    'can restart during a list-watch, which continues',
    async () => {
      const client = clientOf(controlPlane.access());
      const { list, watch } = follow(client);
      await watch.synced;
      await controlPlane.stopApiServer();
      await until('the watch is broken', PATIENCE_MS, () => watch.counts.ends.unreachable > 0);
      await controlPlane.startApiServer();
      await client.create(NODES, node('after-restart'));
      await until('the watch reports the new node', START_PATIENCE_MS, () => list.objects.has('after-restart'));
      expect(watch.counts.ends.garbled).toBe(0);
      // The restart clears the watch cache, so the first resource version has expired.
      await expect(firstEvent(client, '1')).rejects.toMatchObject({ failure: 'expired' });
    },
    START_PATIENCE_MS * 2,
  );

  it('returns an error that explains the missing permission', async () => {
    const access = { ...controlPlane.access(), credentials: async () => ({ ca: controlPlane.authority }) };
    await expect(clientOf(access).get(NODES)).rejects.toMatchObject({
      failure: 'denied',
      message: expect.stringMatching(/^the API server returned 40[13] for GET \/api\/v1\/nodes: \S/),
    });
  });
});

function testContract(accessOf: () => Promise<ApiServerAccess>): void {
  it('stores a created object with a resource version', async () => {
    const client = clientOf(await accessOf());
    const created = await client.create(LEASES, lease('kept', 'one'));
    expect(created).toMatchObject({ metadata: { name: 'kept', resourceVersion: expect.stringMatching(/^\d+$/) } });
    expect(await client.get(`${LEASES}/kept`)).toEqual(created);
  });

  it('rejects the creation of an object that exists', async () => {
    const client = clientOf(await accessOf());
    await client.create(LEASES, lease('twice', 'one'));
    await expect(client.create(LEASES, lease('twice', 'two'))).rejects.toMatchObject({ failure: 'conflict' });
  });

  it('replaces an object only if its resource version has not changed', async () => {
    const client = clientOf(await accessOf());
    const created = await client.create(LEASES, lease('replaced', 'one'));
    const { resourceVersion } = created['metadata'] as { resourceVersion: string };
    const replaced = await client.replace(`${LEASES}/replaced`, lease('replaced', 'two', resourceVersion));
    expect(replaced).toMatchObject({ spec: { holderIdentity: 'two' } });
    const late = client.replace(`${LEASES}/replaced`, lease('replaced', 'three', resourceVersion));
    await expect(late).rejects.toMatchObject({ failure: 'conflict', reason: 'API_SERVER_REFUSED' });
  });

  it('reports an object or a resource type that does not exist', async () => {
    const client = clientOf(await accessOf());
    await expect(client.get(`${LEASES}/missing`)).rejects.toMatchObject({ failure: 'missing' });
    await expect(client.get('/none/of/these')).rejects.toMatchObject({ failure: 'missing' });
  });

  it('returns all pages of a list from the same resource version', { timeout: START_PATIENCE_MS }, async () => {
    const client = clientOf(await accessOf());
    const names = Array.from({ length: PAGE_OBJECTS + 1 }, (_, index) => `paged-${index}`);
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(names.slice(start, start + 50).map((name) => client.create(NODES, node(name))));
    }
    const { list, watch } = follow(client);
    await watch.synced;
    expect([...list.objects.keys()].filter((name) => name.startsWith('paged-')).sort()).toEqual(names.toSorted());
  });

  it('sends every change of the watched objects in order', async () => {
    const client = clientOf(await accessOf());
    await client.create(NODES, node('watched', '0'));
    const { list, watch } = follow(client, { fieldSelector: 'metadata.name=watched' });
    await watch.synced;
    await client.create(NODES, node('not-watched'));
    for (const note of ['1', '2', '3']) await replaceNote(client, 'watched', note);
    await until('the watch reports the last change', PATIENCE_MS, () => list.objects.get('watched')?.note === '3');
    expect(list.calls).toEqual(['watched=0', 'watched=1', 'watched=2', 'watched=3']);
  });

  it('ends a watch without an error after its timeout', async () => {
    const client = clientOf(await accessOf());
    const options = { silenceMs: PATIENCE_MS, deadlineMs: PATIENCE_MS, signal: AbortSignal.timeout(PATIENCE_MS) };
    const { metadata } = await client.get(NODES, { limit: 1 });
    const { resourceVersion = '' } = metadata as { resourceVersion?: string };
    const query = { resourceVersion, timeoutSeconds: 1, allowWatchBookmarks: true };
    const types = new Set<string>();
    for await (const { type } of await client.watch(NODES, query, options)) types.add(type);
    expect([...types].filter((type) => type !== 'bookmark')).toEqual([]);
  });
}
