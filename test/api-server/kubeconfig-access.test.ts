/** What a kubeconfig says of the API server and of whoever asks it. */
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

test('a kubeconfig names the server, the name in its certificate and a token', async () => {
  const access = await kubeconfigAccess({ path: kubeconfig({ token: 'secret' }) });
  expect(access.url).toBe('https://10.0.0.1:6443');
  expect(await access.credentials()).toEqual({ authorization: 'Bearer secret', servername: 'kubernetes' });
});

test('a program that signs its user in is asked', async () => {
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
  ['that is not there', () => join(temporaryFolder(), 'nowhere')],
  ['without a current context', () => kubeconfig({}, { 'current-context': 'other' })],
])('a kubeconfig %s is one sentence that says what to do', async (_, path) => {
  const refusal = await kubeconfigAccess({ path: path() }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(RollcallError);
  expect((refusal as RollcallError).message).toMatch(
    /^\S+ (cannot be read|has no current context).*specify a valid kubeconfig\.$/,
  );
});

test('of a list of kubeconfigs those that do not exist are passed over, and the first one to say something counts', async () => {
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

test('a list of kubeconfigs none of which exists is said with what it names', async () => {
  const refusal = await kubeconfigAccess({ list: '/nowhere/a:/nowhere/b' }).catch((error: unknown) => error);
  expect((refusal as RollcallError).message).toBe(
    'KUBECONFIG=/nowhere/a:/nowhere/b lists no existing file; specify a valid kubeconfig.',
  );
});

test('where there is no kubeconfig at all, that is what is said', async () => {
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('HOME', temporaryFolder());
  for (const context of [undefined, 'there']) {
    const refusal = await kubeconfigAccess({ context }).catch((error: unknown) => error);
    expect((refusal as RollcallError).message).toBe('the kubeconfig does not exist; specify a valid kubeconfig.');
  }
});
