/** What Rollcall takes for granted of an API server, held against the fake one and a real one alike. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { systemClock } from '../../shared/clock.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const lease = (name: string, holderIdentity: string, resourceVersion?: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'default', ...(resourceVersion !== undefined && { resourceVersion }) },
  spec: { holderIdentity },
});

function clientOf(access: ApiServerAccess): ApiServerClient {
  const client = new ApiServerClient({ access, clock: systemClock, userAgent: 'rollcall-test' });
  onTestFinished(() => client.close());
  return client;
}

const servers: [string, () => Promise<ApiServerAccess>][] = [
  ['the fake API server', async () => (await startFakeApiServer()).access],
];

describe.each(servers)('%s', (_, accessOf) => {
  it('keeps what is created, and gives it a resource version', async () => {
    const client = clientOf(await accessOf());
    const created = await client.create(LEASES, lease('kept', 'one'));
    expect(created).toMatchObject({ metadata: { name: 'kept', resourceVersion: expect.stringMatching(/^\d+$/) } });
    expect(await client.get(`${LEASES}/kept`)).toEqual(created);
  });

  it('creates nothing twice', async () => {
    const client = clientOf(await accessOf());
    await client.create(LEASES, lease('twice', 'one'));
    await expect(client.create(LEASES, lease('twice', 'two'))).rejects.toMatchObject({ failure: 'conflict' });
  });

  it('replaces an object only at the resource version that it was read at', async () => {
    const client = clientOf(await accessOf());
    const created = await client.create(LEASES, lease('replaced', 'one'));
    const { resourceVersion } = created['metadata'] as { resourceVersion: string };
    const replaced = await client.replace(`${LEASES}/replaced`, lease('replaced', 'two', resourceVersion));
    expect(replaced).toMatchObject({ spec: { holderIdentity: 'two' } });
    const late = client.replace(`${LEASES}/replaced`, lease('replaced', 'three', resourceVersion));
    await expect(late).rejects.toMatchObject({ failure: 'conflict', reason: 'API_SERVER_REFUSED' });
  });

  it('says that an object is missing', async () => {
    const client = clientOf(await accessOf());
    await expect(client.get(`${LEASES}/missing`)).rejects.toMatchObject({ failure: 'missing' });
    await expect(client.replace(`${LEASES}/missing`, lease('missing', 'one'))).rejects.toMatchObject({
      failure: 'missing',
    });
  });
});
