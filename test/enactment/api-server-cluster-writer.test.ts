/** Writes to the cluster through the API server, checked on the fake one and on a real one alike. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from 'vitest';
import { ApiServerClusterWriter } from '../../coordinator/enactment/api-server-cluster-writer.ts';
import type { ClusterObject, Preconditions } from '../../coordinator/enactment/cluster-writer.ts';
import { CLUSTER_WRITE_TIMEOUT_MS } from '../../coordinator/limits.ts';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { type Clock, systemClock } from '../../shared/clock.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { eventually } from '../fakes/eventually.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

function writerOf(access: ApiServerAccess, clock: Clock = systemClock): ApiServerClusterWriter {
  const writer = new ApiServerClusterWriter({ access, clock, userAgent: 'rollcall-test' });
  onTestFinished(() => writer.close());
  return writer;
}

function preconditionsOf({ metadata }: Pick<ClusterObject, 'metadata'>): Preconditions {
  const { uid, resourceVersion } = metadata as Preconditions;
  return { uid, resourceVersion };
}

describe('on the fake API server', () => {
  writesToTheCluster(async () => (await startFakeApiServer()).access);
});

describe.skipIf(!hasControlPlane)('on a real API server', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane();
  }, START_PATIENCE_MS);
  afterAll(() => controlPlane?.stop());

  writesToTheCluster(async () => controlPlane.access());
});

function writesToTheCluster(accessOf: () => Promise<ApiServerAccess>): void {
  it('creates an object, and rejects a second one of the same name as a conflict', async () => {
    const writer = writerOf(await accessOf());
    const created = await writer.create(CONFIG_MAPS, configMap('created', { a: '1' }));
    expect(await writer.get(`${CONFIG_MAPS}/created`)).toMatchObject({ ...created, data: { a: '1' } });
    await expect(writer.create(CONFIG_MAPS, configMap('created'))).rejects.toMatchObject({ failure: 'conflict' });
  });

  it('merges a patch into the object', async () => {
    const writer = writerOf(await accessOf());
    const created = await writer.create(CONFIG_MAPS, configMap('patched', { a: '1', b: '2' }));
    const patch = { metadata: { labels: { app: 'x' } }, data: { b: null, c: '3' } };
    const patched = await writer.patch(`${CONFIG_MAPS}/patched`, patch, preconditionsOf(created));
    expect(patched).toMatchObject({ metadata: { name: 'patched', labels: { app: 'x' } } });
    expect(patched['data']).toEqual({ a: '1', c: '3' });
    expect(await writer.get(`${CONFIG_MAPS}/patched`)).toEqual(patched);
  });

  it('deletes the object', async () => {
    const writer = writerOf(await accessOf());
    const created = await writer.create(CONFIG_MAPS, configMap('deleted'));
    await writer.delete(`${CONFIG_MAPS}/deleted`, preconditionsOf(created));
    await expect(writer.get(`${CONFIG_MAPS}/deleted`)).rejects.toMatchObject({ failure: 'missing' });
  });

  it('rejects as a conflict what was read before the last change, and writes nothing', async () => {
    const writer = writerOf(await accessOf());
    const path = `${CONFIG_MAPS}/changed`;
    const stale = preconditionsOf(await writer.create(CONFIG_MAPS, configMap('changed')));
    const current = await writer.patch(path, { data: { a: '1' } }, stale);
    await expect(writer.patch(path, { data: { a: '2' } }, stale)).rejects.toMatchObject({ failure: 'conflict' });
    await expect(writer.delete(path, stale)).rejects.toMatchObject({ failure: 'conflict' });
    expect(await writer.get(path)).toMatchObject(current);
  });

  it('rejects as a conflict a write to an object that was replaced by one of the same name', async () => {
    const writer = writerOf(await accessOf());
    const path = `${CONFIG_MAPS}/replaced`;
    const stale = preconditionsOf(await writer.create(CONFIG_MAPS, configMap('replaced')));
    await writer.delete(path, stale);
    const current = await writer.create(CONFIG_MAPS, configMap('replaced'));
    await expect(writer.patch(path, { data: { a: '2' } }, stale)).rejects.toMatchObject({ failure: 'conflict' });
    await expect(writer.delete(path, stale)).rejects.toMatchObject({ failure: 'conflict' });
    expect(await writer.get(path)).toMatchObject(current);
  });

  it('reports an object that does not exist as missing', async () => {
    const writer = writerOf(await accessOf());
    const preconditions = { uid: 'u', resourceVersion: '1' };
    await expect(writer.delete(`${CONFIG_MAPS}/absent`, preconditions)).rejects.toMatchObject({ failure: 'missing' });
    const patch = writer.patch(`${CONFIG_MAPS}/absent`, { data: {} }, preconditions);
    await expect(patch).rejects.toMatchObject({ failure: 'missing' });
  });
}

test('gives up a write after its timeout, which it also sends to the API server', async () => {
  const api = await startFakeApiServer();
  const clock = new FakeClock();
  api.fault('silence');
  const writing = writerOf(api.access, clock).create(CONFIG_MAPS, configMap('slow'));
  const outcome = writing.catch((error: unknown) => error);
  await eventually(() => api.requests.length === 1);
  expect(api.requests[0]?.query.get('timeout')).toBe('5000ms');
  clock.advance(CLUSTER_WRITE_TIMEOUT_MS);
  expect(await outcome).toMatchObject({
    failure: 'stalled',
    message: `no response to POST ${CONFIG_MAPS} after ${CLUSTER_WRITE_TIMEOUT_MS} ms`,
  });
  expect(clock.pendingCount).toBe(0);
});
