/** Access to the API server from a pod. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inClusterAccess } from '../../shared/api-server/access.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { CREDENTIALS_AGE_MS_MAX } from '../../shared/api-server/limits.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const environment = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

const otherwise = '--kubeconfig';

describe('in-cluster access to the API server', () => {
  it('uses the address in the environment, in brackets if it is IPv6', () => {
    const clock = new FakeClock();
    expect(inClusterAccess({ environment, clock, otherwise }).url).toBe('https://10.96.0.1:443');
    const ipv6 = { ...environment, KUBERNETES_SERVICE_HOST: 'fd00::1' };
    expect(inClusterAccess({ environment: ipv6, clock, otherwise }).url).toBe('https://[fd00::1]:443');
  });

  it('fails outside a pod with one sentence that names the flag to set', () => {
    const outside = () => inClusterAccess({ environment: {}, clock: new FakeClock(), otherwise });
    expect(outside).toThrow(/this program does not run in a pod; set --kubeconfig\.$/);
  });

  it('reads the token file again after a while, because the kubelet rotates it', async () => {
    const folder = temporaryFolder();
    const clock = new FakeClock();
    const access = inClusterAccess({ environment, clock, folder, otherwise });
    writeFileSync(join(folder, 'ca.crt'), 'authority');
    writeFileSync(join(folder, 'token'), 'first\n');
    expect(await access.credentials()).toEqual({ authorization: 'Bearer first', ca: Buffer.from('authority') });
    writeFileSync(join(folder, 'token'), 'second\n');
    expect(await access.credentials()).toMatchObject({ authorization: 'Bearer first' });
    clock.advance(CREDENTIALS_AGE_MS_MAX);
    expect(await access.credentials()).toMatchObject({ authorization: 'Bearer second' });
  });

  it('reports the API server as unreachable only while the files are missing', async () => {
    const folder = temporaryFolder();
    const access = inClusterAccess({ environment, clock: new FakeClock(), folder, otherwise });
    const reader = new ApiServerReader({ access, clock: new FakeClock(), userAgent: 'rollcall-test' });
    await expect(reader.get('/version')).rejects.toMatchObject({ failure: 'unreachable' });
    writeFileSync(join(folder, 'ca.crt'), 'authority');
    writeFileSync(join(folder, 'token'), 'first');
    expect(await access.credentials()).toMatchObject({ authorization: 'Bearer first' });
  });
});
