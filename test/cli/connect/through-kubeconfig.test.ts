/** Connections to a coordinator through a kubeconfig, with a minimal API server. */
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ServerCredentials } from '@grpc/grpc-js';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CertificateAuthority } from '../../fakes/certificates.ts';
import { eventually } from '../../fakes/eventually.ts';
import { type FakeApiServer, startFakeApiServer } from '../../fakes/fake-api-server.ts';
import { FakeClock } from '../../fakes/fake-clock.ts';
import { FakeQueryServer } from '../../fakes/fake-query-server.ts';
import { writeKubeconfig } from '../../fakes/kubeconfig-file.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { STATUS } from '../cluster-data.ts';
import { runCli, startCli } from '../run-cli.ts';

const TOKENS = '/api/v1/namespaces/rollcall/serviceaccounts';
const POD = {
  metadata: {
    name: 'rollcall-coordinator-x',
    namespace: 'rollcall',
    labels: { 'app.kubernetes.io/name': 'rollcall', 'app.kubernetes.io/component': 'coordinator' },
  },
  spec: { containers: [{ name: 'coordinator', ports: [{ name: 'grpc', containerPort: 7655 }] }] },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
};

const authority = await CertificateAuthority.create();
let api: FakeApiServer;
let kubeconfig: string;

beforeEach(async () => {
  api = await startFakeApiServer();
  api.apply('/api/v1/configmaps', {
    metadata: { name: 'rollcall-coordinator-ca', namespace: 'rollcall' },
    data: { 'ca.crt': authority.certificate },
  });
  for (const account of ['viewer', 'planner', 'admin']) {
    api.answers.set(`${TOKENS}/rollcall-${account}/token`, (body) => ({ ...body, status: { token: account } }));
  }
  kubeconfig = writeKubeconfig(temporaryFolder(), api.access.url);
});

function ask(...words: string[]) {
  return runCli([...words, '--kubeconfig', kubeconfig, '--request-timeout', '5s']);
}

/** Starts a coordinator with a certificate of the CA in the cluster. */
async function startCoordinator(host = 'rollcall-coordinator.rollcall.svc'): Promise<FakeQueryServer> {
  const { certificate, key } = await authority.sign({ commonName: 'c', hosts: [host] });
  api.apply('/api/v1/pods', POD);
  const pair = { cert_chain: Buffer.from(certificate), private_key: Buffer.from(key) };
  const coordinator = await FakeQueryServer.start(
    { ListNodes: () => ({ nodes: [] }), GetStatus: () => STATUS },
    ServerCredentials.createSsl(null, [pair]),
  );
  onTestFinished(() => coordinator.stop());
  return coordinator;
}

function requestedAccounts(): string[] {
  return api.requests.flatMap(({ path }) => /serviceaccounts\/rollcall-([a-z]+)\/token$/.exec(path)?.[1] ?? []);
}

function deny(...accounts: string[]): void {
  for (const account of accounts) {
    api.fault({ status: 403, body: { message: 'no' } }, ({ path }) => path === `${TOKENS}/rollcall-${account}/token`);
  }
}

describe('a coordinator in a cluster', () => {
  it('that does not run or is not ready is reported in one sentence', async () => {
    const where = `in namespace rollcall of ${api.access.url}; check --coordinator-namespace and --context`;
    expect(await ask('nodes')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: no coordinator runs ${where}\n`,
    });
    api.apply('/api/v1/pods', { ...POD, status: { conditions: [{ type: 'Ready', status: 'False' }] } });
    expect((await ask('nodes')).stderr).toBe(`rollcall: the coordinator is not ready ${where}\n`);
  });

  it('is reported missing from a wrong namespace, even though the ConfigMap and the ServiceAccount are missing too', async () => {
    api.apply('/api/v1/pods', POD);
    const where = `in namespace other of ${api.access.url}; check --coordinator-namespace and --context`;
    for (const what of ['configmaps/rollcall-coordinator-ca', 'serviceaccounts/rollcall-viewer/token']) {
      const path = `/api/v1/namespaces/other/${what}`;
      api.fault({ status: 404 }, (request) => request.path === path);
    }
    expect((await ask('nodes', '--coordinator-namespace', 'other')).stderr).toBe(
      `rollcall: no coordinator runs ${where}\n`,
    );
  });

  it('without a ConfigMap for its CA is reported with the option to use instead', async () => {
    api.apply('/api/v1/pods', POD);
    api.remove('/api/v1/configmaps', 'rollcall-coordinator-ca', 'rollcall');
    expect((await ask('nodes')).stderr).toMatch(
      /^rollcall: ConfigMap rollcall\/rollcall-coordinator-ca does not exist; .* with --coordinator-ca\n$/,
    );
  });

  it('whose pod the user has no right to reach is reported with the required verbs', async () => {
    api.apply('/api/v1/pods', POD);
    api.fault({ status: 403 }, ({ path }) => path.endsWith('/portforward'));
    expect((await ask('nodes')).stderr).toMatch(
      /403; you need the verbs get and create on pods\/portforward in namespace rollcall\n$/,
    );
  });

  it.each([
    [
      { error: 'failed to connect to localhost:7655:\n connection refused' },
      'failed to connect to localhost:7655: connection refused',
    ],
    ['ended' as const, 'the API server closed the port-forward before the pod sent data'],
  ])('whose pod cannot be reached through the port-forward is reported with the reason', async (forward, why) => {
    api.apply('/api/v1/pods', POD);
    api.forwards.set(POD.metadata.name, forward);
    expect(await ask('nodes')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: cannot forward to port 7655 of pod rollcall/rollcall-coordinator-x: ${why}\n`,
    });
  });

  it('that the API server refuses to forward to is not reported as missing', async () => {
    api.apply('/api/v1/pods', POD);
    const { exitCode, stderr } = await ask('nodes');
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(
      /^rollcall: the API server refused to forward to pod rollcall\/rollcall-coordinator-x: .*\n$/,
    );
    expect(api.requests.map(({ path }) => path)).toContain(
      '/api/v1/namespaces/rollcall/pods/rollcall-coordinator-x/portforward',
    );
  });
});

describe('a coordinator behind the port-forward', () => {
  it('is called over TLS with the name of its Service', async () => {
    const coordinator = await startCoordinator();
    api.forwards.set(POD.metadata.name, coordinator.port);
    expect(await ask('nodes', '-o', 'json')).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  });
});

describe('credentials on the command line', () => {
  it('take precedence over those in the cluster: the token and the server name', async () => {
    const coordinator = await startCoordinator('elsewhere.example');
    api.forwards.set(POD.metadata.name, coordinator.port);
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'provided');
    const named = ['--coordinator-name', 'elsewhere.example', '--token-file', token];
    expect(await ask('nodes', '-o', 'json', ...named)).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
    expect(coordinator.authorizations).toEqual(['Bearer provided']);
    expect(requestedAccounts()).toEqual([]);
  });

  it('can be a client certificate, which requires its key', async () => {
    const coordinator = await startCoordinator();
    api.forwards.set(POD.metadata.name, coordinator.port);
    const folder = temporaryFolder();
    const { certificate, key } = await (await CertificateAuthority.create()).sign({ commonName: 'ann' });
    writeFileSync(join(folder, 'crt'), certificate);
    writeFileSync(join(folder, 'key'), key);
    const chain = ['--client-certificate', join(folder, 'crt')];
    expect((await ask('nodes', ...chain)).stderr).toBe(
      'rollcall: --client-certificate and --client-key must be used together; specify both or neither\n',
    );
    expect((await ask('nodes', '-o', 'json', ...chain, '--client-key', join(folder, 'key'))).stdout).toBe('[]\n');
    expect(coordinator.authorizations).toEqual(['']);
    expect(requestedAccounts()).toEqual([]);
  });
});

describe('the token from the cluster', () => {
  it.each([
    ['nodes', ['viewer']],
    ['plan --remove-label x', ['planner']],
    ['audit head', ['viewer']],
    ['audit verify', ['admin']],
  ])('for %s is that of the least privileged account', async (line, accounts) => {
    api.apply('/api/v1/pods', POD);
    await ask(...line.split(' '));
    expect(requestedAccounts()).toEqual(accounts);
  });

  it('is that of a more privileged account if the user has no right to the least privileged one', async () => {
    api.apply('/api/v1/pods', POD);
    deny('viewer', 'planner');
    await ask('nodes');
    expect(requestedAccounts()).toEqual(['viewer', 'planner', 'admin']);
  });

  it('is renewed before it expires, and the watch moves to the pod of the new leader', async () => {
    const tokens = ['first', 'second'];
    api.answers.set(`${TOKENS}/rollcall-viewer/token`, (body) => ({ ...body, status: { token: tokens.shift() } }));
    const first = await startCoordinator();
    api.forwards.set(POD.metadata.name, first.port);
    const clock = new FakeClock();
    const interrupt = new AbortController();
    const cli = startCli(['watch', '--kubeconfig', kubeconfig], { clock, signal: interrupt.signal });
    await first.watch(0);
    expect(new Set(first.authorizations)).toEqual(new Set(['Bearer first']));

    clock.advance(3_500_000);
    const second = await startCoordinator();
    api.remove('/api/v1/pods', POD.metadata.name, 'rollcall');
    api.apply('/api/v1/pods', { ...POD, metadata: { ...POD.metadata, name: 'rollcall-coordinator-y' } });
    api.forwards.set('rollcall-coordinator-y', second.port);
    first.stop();
    await eventually(
      () => second.watchCount > 0,
      () => clock.advance(50),
    );
    expect(new Set(second.authorizations)).toEqual(new Set(['Bearer second']));
    interrupt.abort();
    expect(await cli.ended).toBe(0);
    expect(requestedAccounts()).toEqual(['viewer', 'viewer']);
  });

  it('is reported as denied if the user has no right to any account', async () => {
    api.apply('/api/v1/pods', POD);
    deny('admin');
    expect(await ask('audit', 'verify')).toEqual({
      exitCode: 4,
      stdout: '',
      stderr:
        'rollcall: you cannot create tokens for ServiceAccount rollcall/rollcall-admin; ask an administrator for the Role of that name\n',
    });
  });
});

describe('a context', () => {
  it('is found in every existing file that KUBECONFIG lists', async () => {
    const environment = { KUBECONFIG: ['/nowhere/kubeconfig', kubeconfig].join(delimiter) };
    const { stderr } = await runCli(['nodes', '--context', 'here'], { environment });
    expect(stderr).toContain(`no coordinator runs in namespace rollcall of ${api.access.url}`);
  });

  it('that does not exist is reported with the contexts of the kubeconfig', async () => {
    expect(await ask('nodes', '--context', 'there')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: ${kubeconfig} has no context there; it has here; specify a valid kubeconfig.\n`,
    });
  });
});
