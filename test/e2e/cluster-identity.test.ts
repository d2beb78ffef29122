/**
 * The real programs on a real API server: a leader and a standby coordinator, an agent with the token of its pod,
 * and users with their own tokens.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { CertificateAuthority } from '../fakes/certificates.ts';
import { applyRights, createPod, NAMESPACE, tokenOf } from '../identity/service-accounts.ts';
import { Folder, PROGRAMS, Running, runToEnd } from './programs.ts';

/** Each command is a separate process, a Lease expires after 15 seconds, and the machine may be busy. */
const TIMEOUT_MS = 120_000;
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/rollcall-coordinator`;

describe.skipIf(!hasControlPlane)('on a real API server', () => {
  const folder = new Folder();
  let controlPlane: ControlPlane;
  let leader: Running;
  let standby: Running;
  let agent: Running;
  let port = 0;

  const file = (name: string) => join(folder.path, name);
  const write = (name: string, text: string): string => {
    writeFileSync(file(name), text);
    return file(name);
  };

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    await applyRights(controlPlane);
    await controlPlane.admin.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
    const ca = await CertificateAuthority.create();
    const server = await ca.sign({ commonName: 'coordinator', hosts: ['localhost'] });
    write('ca.crt', ca.certificate);
    write('server.crt', server.certificate);
    write('server.key', server.key);
    write('kubeconfig', await kubeconfigOf(controlPlane));
    for (const name of ['rollcall-viewer', 'rollcall-admin']) write(name, await tokenOf(controlPlane, name));
    const pod = { name: 'agent', uid: await createPod(controlPlane, { name: 'agent', nodeName: 'n1' }) };
    write('agent-token', await tokenOf(controlPlane, 'rollcall-agent', { pod }));
    write('n1.yaml', 'apiVersion: v1\nkind: Node\nmetadata: { name: n1 }\n');
    leader = startCoordinator('127.0.0.1:0');
    port = (JSON.parse(await leader.line((line) => line.includes('coordinator ready'))) as { port: number }).port;
    standby = startCoordinator(`127.0.0.1:${port}`);
    await standby.line((line) => line.includes('standing by'));
    const coordinator = ['--coordinator', `localhost:${port}`, '--coordinator-ca', file('ca.crt')];
    const agentFlags = ['--token-file', file('agent-token'), '--node-file', file('n1.yaml')];
    agent = new Running(PROGRAMS.agent, [...coordinator, ...agentFlags]);
    await agent.line((line) => line.includes('connected to the coordinator'));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await Promise.all([agent, leader, standby].map((program) => program?.kill('SIGTERM')));
    await controlPlane?.stop();
    folder.remove();
  }, START_PATIENCE_MS);

  function startCoordinator(listen: string): Running {
    const tls = ['--tls-certificate', file('server.crt'), '--tls-key', file('server.key')];
    const cluster = ['--cluster', 'api-server', '--kubeconfig', file('kubeconfig'), '--leader-election'];
    return new Running(PROGRAMS.coordinator, ['--data', folder.data, '--listen', listen, ...tls, ...cluster]);
  }

  function cli(tokenFile: string, ...args: string[]) {
    const access = ['--coordinator-ca', file('ca.crt'), '--token-file', file(tokenFile)];
    return runToEnd(PROGRAMS.cli, [...args, '--server', `localhost:${port}`, ...access]);
  }

  it('answers a viewer that presents a token for the right audience', { timeout: TIMEOUT_MS }, async () => {
    const status = await cli('rollcall-viewer', 'status', '-o', 'json');
    expect(status.stderr).toBe('');
    expect(JSON.parse(status.stdout)).toMatchObject({ status: { presentNodes: 1 } });
  });

  it('rejects a token for the API server with one sentence', { timeout: TIMEOUT_MS }, async () => {
    write('foreign', await tokenOf(controlPlane, 'rollcall-viewer', { audience: 'https://kubernetes.default.svc' }));
    const refused = await cli('foreign', 'status');
    expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
    expect(refused.stderr).toMatch(/^rollcall: the token is rejected: .*\n$/);
    const history = await cli('rollcall-viewer', 'history', '--kind', 'access');
    expect(history.stdout).toMatch(/QueryService\/GetStatus was denied to .*the token is rejected/);
  });

  it('continues with the other coordinator when the leader is killed, and the agent reconnects', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const killed = leader.kill('SIGKILL');
    await standby.line((line) => line.includes('coordinator ready'));
    await killed;
    await until('the agent is back', TIMEOUT_MS, async () => {
      const { stdout } = await cli('rollcall-viewer', 'history', '--kind', 'agent', '--limit', '1');
      return /agent of node n1 connected: resumed/.test(stdout);
    });
    const { metadata } = await controlPlane.admin.get(LEASE);
    // After the next renewal, the Lease contains the head of the journal, so that no coordinator can deny it.
    expect((metadata as { annotations?: Record<string, string> }).annotations?.['rollcall.dev/journal-head']).toMatch(
      /^\d+ [0-9a-f]{64}$/,
    );
    [leader, standby] = [standby, leader];
  });

  it('stops deciding and exits when the API server is unavailable for longer than the lease', {
    timeout: TIMEOUT_MS,
  }, async () => {
    await controlPlane.stopApiServer();
    const { exitCode, stdout } = await leader.ended;
    expect(exitCode).toBe(1);
    expect(stdout).toContain('lost leadership');
    expect(stdout).toContain('coordinator stopped');
  });
});

/** A kubeconfig for the coordinator's ServiceAccount, with the permissions that deploy/ grants. */
async function kubeconfigOf(controlPlane: ControlPlane): Promise<string> {
  const token = await tokenOf(controlPlane, 'rollcall-coordinator', { audience: 'https://kubernetes.default.svc' });
  const authority = controlPlane.authority.toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: controlPlane.url, 'certificate-authority-data': authority } }],
    users: [{ name: 'coordinator', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'coordinator' } }],
    'current-context': 'test',
  });
}
