/** The way to a coordinator in a cluster, by the user's own rights, on an API server that has only what it takes. */
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

/** One whose certificate is of the CA in the cluster. */
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

function accountsAsked(): string[] {
  return api.requests.flatMap(({ path }) => /serviceaccounts\/rollcall-([a-z]+)\/token$/.exec(path)?.[1] ?? []);
}

function deny(...accounts: string[]): void {
  for (const account of accounts) {
    api.fault({ status: 403, body: { message: 'no' } }, ({ path }) => path === `${TOKENS}/rollcall-${account}/token`);
  }
}

describe('a coordinator in a cluster', () => {
  it('that does not run, or is not ready, is said in a sentence', async () => {
    const where = `in namespace rollcall of ${api.access.url}; see --coordinator-namespace and --context`;
    expect(await ask('nodes')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: no coordinator runs ${where}\n`,
    });
    api.apply('/api/v1/pods', { ...POD, status: { conditions: [{ type: 'Ready', status: 'False' }] } });
    expect((await ask('nodes')).stderr).toBe(`rollcall: the coordinator is not ready ${where}\n`);
  });

  it('is looked for where the user says, whatever else is not there either', async () => {
    api.apply('/api/v1/pods', POD);
    const where = `in namespace other of ${api.access.url}; see --coordinator-namespace and --context`;
    for (const what of ['configmaps/rollcall-coordinator-ca', 'serviceaccounts/rollcall-viewer/token']) {
      const path = `/api/v1/namespaces/other/${what}`;
      api.fault({ status: 404 }, (request) => request.path === path);
    }
    expect((await ask('nodes', '--coordinator-namespace', 'other')).stderr).toBe(
      `rollcall: no coordinator runs ${where}\n`,
    );
  });

  it('whose CA nobody has put where people may read it is said with what to name instead', async () => {
    api.apply('/api/v1/pods', POD);
    api.remove('/api/v1/configmaps', 'rollcall-coordinator-ca', 'rollcall');
    expect((await ask('nodes')).stderr).toMatch(
      /^rollcall: ConfigMap rollcall\/rollcall-coordinator-ca does not exist; .* with --coordinator-ca\n$/,
    );
  });

  it('whose pod the user has no right to reach is said with the right that it takes', async () => {
    api.apply('/api/v1/pods', POD);
    api.fault({ status: 403 }, ({ path }) => path.endsWith('/portforward'));
    expect((await ask('nodes')).stderr).toMatch(
      /403; it takes get and create of pods\/portforward in namespace rollcall\n$/,
    );
  });

  it.each([
    [
      { error: 'failed to connect to localhost:7655:\n connection refused' },
      'failed to connect to localhost:7655: connection refused',
    ],
    ['ended' as const, 'the API server ended the port-forward before the pod had said anything'],
  ])('whose pod cannot be reached through the port-forward is said as it says so', async (forward, why) => {
    api.apply('/api/v1/pods', POD);
    api.forwards.set(POD.metadata.name, forward);
    expect(await ask('nodes')).toEqual({
      exitCode: 5,
      stdout: '',
      stderr: `rollcall: no way leads to port 7655 of pod rollcall/rollcall-coordinator-x: ${why}\n`,
    });
  });

  it('that the API server gives no way to is said in a sentence, and not taken for one that does not run', async () => {
    api.apply('/api/v1/pods', POD);
    const { exitCode, stderr } = await ask('nodes');
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/^rollcall: the API server gave no way to pod rollcall\/rollcall-coordinator-x: .*\n$/);
    expect(api.requests.map(({ path }) => path)).toContain(
      '/api/v1/namespaces/rollcall/pods/rollcall-coordinator-x/portforward',
    );
  });
});

describe('a coordinator that the port-forward leads to', () => {
  it('is asked over TLS, by the name of its Service', async () => {
    const coordinator = await startCoordinator();
    api.forwards.set(POD.metadata.name, coordinator.port);
    expect(await ask('nodes', '-o', 'json')).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
  });
});

describe('what the user names', () => {
  it('counts before what is found in the cluster: the token, and the name in the certificate', async () => {
    const coordinator = await startCoordinator('elsewhere.example');
    api.forwards.set(POD.metadata.name, coordinator.port);
    const token = join(temporaryFolder(), 'token');
    writeFileSync(token, 'brought');
    const named = ['--coordinator-name', 'elsewhere.example', '--token-file', token];
    expect(await ask('nodes', '-o', 'json', ...named)).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' });
    expect(coordinator.authorizations).toEqual(['Bearer brought']);
    expect(accountsAsked()).toEqual([]);
  });

  it('of a certificate is enough proof, and half of it a mistake', async () => {
    const coordinator = await startCoordinator();
    api.forwards.set(POD.metadata.name, coordinator.port);
    const folder = temporaryFolder();
    const { certificate, key } = await (await CertificateAuthority.create()).sign({ commonName: 'ann' });
    writeFileSync(join(folder, 'crt'), certificate);
    writeFileSync(join(folder, 'key'), key);
    const chain = ['--client-certificate', join(folder, 'crt')];
    expect((await ask('nodes', ...chain)).stderr).toBe(
      'rollcall: --client-certificate and --client-key belong together; give both or neither\n',
    );
    expect((await ask('nodes', '-o', 'json', ...chain, '--client-key', join(folder, 'key'))).stdout).toBe('[]\n');
    expect(coordinator.authorizations).toEqual(['']);
    expect(accountsAsked()).toEqual([]);
  });
});

describe('the token for it', () => {
  it.each([
    ['nodes', ['viewer']],
    ['plan --remove-label x', ['planner']],
    ['audit head', ['viewer']],
    ['audit verify', ['admin']],
  ])('is for %s of the account that may just do that', async (line, accounts) => {
    api.apply('/api/v1/pods', POD);
    await ask(...line.split(' '));
    expect(accountsAsked()).toEqual(accounts);
  });

  it('is of an account that may do more, where the user has no right to the least', async () => {
    api.apply('/api/v1/pods', POD);
    deny('viewer', 'planner');
    await ask('nodes');
    expect(accountsAsked()).toEqual(['viewer', 'planner', 'admin']);
  });

  it('is renewed before it ends, and asked again for the pod that leads then, so that a watch outlives both', async () => {
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
    expect(accountsAsked()).toEqual(['viewer', 'viewer']);
  });

  it('is refused in a sentence where the user has a right to none', async () => {
    api.apply('/api/v1/pods', POD);
    deny('admin');
    expect(await ask('audit', 'verify')).toEqual({
      exitCode: 4,
      stdout: '',
      stderr:
        'rollcall: you may create no token of ServiceAccount rollcall/rollcall-admin; ask for the Role of that name\n',
    });
  });
});

describe('a context', () => {
  it('is looked for in every file that KUBECONFIG lists and that exists', async () => {
    const environment = { KUBECONFIG: ['/nowhere/kubeconfig', kubeconfig].join(delimiter) };
    const { stderr } = await runCli(['nodes', '--context', 'here'], { environment });
    expect(stderr).toContain(`no coordinator runs in namespace rollcall of ${api.access.url}`);
  });

  it('that the kubeconfig does not have is answered with those that it has', async () => {
    expect(await ask('nodes', '--context', 'there')).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `rollcall: ${kubeconfig} has no context there; it has here; specify a valid kubeconfig.\n`,
    });
  });
});
