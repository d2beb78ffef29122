/** Access to an API server from a kubeconfig. */
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { kubeconfigAccess } from '../../shared/api-server/kubeconfig-access.ts';
import { RollcallError } from '../../shared/errors.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

function kubeconfig(user: object, changes: object = {}): string {
  const path = join(temporaryFolder(), 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', 'tls-server-name': 'kubernetes' } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...changes,
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

test('uses the server, the TLS server name and the token of a kubeconfig', async () => {
  const access = await kubeconfigAccess({ path: kubeconfig({ token: 'secret' }) });
  expect(access.url).toBe('https://10.0.0.1:6443');
  expect(await access.credentials()).toEqual({ authorization: 'Bearer secret', servername: 'kubernetes' });
});

test('runs a credential plugin', async () => {
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: 'new' },
  };
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['--eval', `console.log('${JSON.stringify(credential)}')`],
    interactiveMode: 'Never',
  };
  const access = await kubeconfigAccess({ path: kubeconfig({ exec }) });
  expect(await access.credentials()).toMatchObject({ authorization: 'Bearer new' });
});

test.each([
  ['that does not exist', () => join(temporaryFolder(), 'nowhere')],
  ['without a current context', () => kubeconfig({}, { 'current-context': 'other' })],
])('a kubeconfig %s is an error with one sentence that says what to change', async (_, path) => {
  const refusal = await kubeconfigAccess({ path: path() }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RollcallError);
  expect((refusal as RollcallError).message).toMatch(
    /^\S+ (cannot be read|has no current context).*specify a valid kubeconfig\.$/,
  );
});

test('in a list of kubeconfigs, missing files are skipped and the first value is used', async () => {
  const bare = kubeconfig({ token: 'first' }, { contexts: undefined, 'current-context': undefined });
  const other = kubeconfig(
    { token: 'second' },
    { clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.2:6443' } }] },
  );
  const list = [join(temporaryFolder(), 'nowhere'), bare, '', other].join(delimiter);
  const access = await kubeconfigAccess({ list });
  expect(access.url).toBe('https://10.0.0.1:6443');
  expect(await access.credentials()).toMatchObject({ authorization: 'Bearer first' });
});

test('a list of kubeconfigs without an existing file is an error that names the files', async () => {
  const refusal = await kubeconfigAccess({ list: '/nowhere/a:/nowhere/b' }).catch((error: unknown) => error);
  expect((refusal as RollcallError).message).toBe(
    'KUBECONFIG=/nowhere/a:/nowhere/b lists no existing file; specify a valid kubeconfig.',
  );
});

test('a missing kubeconfig is an error', async () => {
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('HOME', temporaryFolder());
  for (const context of [undefined, 'there']) {
    const refusal = await kubeconfigAccess({ context }).catch((error: unknown) => error);
    expect((refusal as RollcallError).message).toBe('the kubeconfig does not exist; specify a valid kubeconfig.');
  }
});
