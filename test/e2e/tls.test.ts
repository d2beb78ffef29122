/** The real programs with TLS: an agent and a user with client certificates, and a server certificate that is renewed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, CertificateAuthority } from '../fakes/certificates.ts';
import { Folder, PROGRAMS, Running, runToEnd } from './programs.ts';

/** Each command is a separate process, and the machine may be busy. */
const TIMEOUT_MS = 120_000;

interface AgentRow {
  readonly node: string;
  readonly presence: string;
  readonly sessionId: string;
}

describe('with TLS', () => {
  const folder = new Folder();
  let ca: CertificateAuthority;
  let coordinator: Running;
  let agent: Running;
  let port = 0;

  const file = (name: string) => join(folder.path, name);
  const write = (name: string, text: string) => writeFileSync(file(name), text);
  const writePair = (name: string, { certificate, key }: Certificate) => {
    write(`${name}.crt`, certificate);
    write(`${name}.key`, key);
  };
  const client = (name: string) => [
    '--coordinator-ca',
    file('ca.crt'),
    '--client-certificate',
    file(`${name}.crt`),
    '--client-key',
    file(`${name}.key`),
  ];
  const cli = (...args: string[]) => runToEnd(PROGRAMS.cli, [...args, '--server', `localhost:${port}`]);
  const agents = async () => JSON.parse((await cli('agents', '-o', 'json', ...client('vera'))).stdout) as AgentRow[];

  beforeAll(async () => {
    ca = await CertificateAuthority.create();
    write('ca.crt', ca.certificate);
    writePair('server', await ca.sign({ commonName: 'coordinator', hosts: ['localhost'] }));
    writePair('agent', await ca.sign({ commonName: 'rollcall:node:gpu-1', organizations: ['rollcall:agents'] }));
    writePair('vera', await ca.sign({ commonName: 'vera', organizations: ['rollcall:viewers'] }));
    const what = ['--data', folder.data, '--daemonsets', folder.daemonSets, '--nodes', folder.nodes];
    const tls = ['--tls-certificate', file('server.crt'), '--tls-key', file('server.key')];
    const where = ['--listen', '127.0.0.1:0', '--tls-client-ca', file('ca.crt')];
    coordinator = new Running(PROGRAMS.coordinator, [...what, ...tls, ...where]);
    port = (JSON.parse(await coordinator.line((line) => line.includes('coordinator ready'))) as { port: number }).port;
    const node = ['--node-file', folder.nodeFile('gpu-1'), '--coordinator', `localhost:${port}`];
    agent = new Running(PROGRAMS.agent, [...node, ...client('agent')]);
    await agent.line((line) => line.includes('connected to the coordinator'));
  }, TIMEOUT_MS);
  afterAll(async () => {
    await agent?.kill('SIGTERM');
    await coordinator?.kill('SIGTERM');
    folder.remove();
  }, TIMEOUT_MS);

  it('keeps sessions while the certificate is renewed, and presents the new certificate to new connections', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const present = (rows: readonly AgentRow[]) => rows.filter(({ presence }) => presence === 'present');
    const before = present(await agents());
    expect(before.map(({ node }) => node)).toEqual(['gpu-1']);
    const next = await ca.sign({ commonName: 'coordinator', hosts: ['localhost'] });
    const changed = coordinator.line((line) => line.includes('certificates changed'));
    writePair('server', next);
    await changed;
    expect(Number.parseInt(await serialNumberAt(port), 16)).toBe(Number.parseInt(next.serialNumber, 16));
    expect(present(await agents())).toEqual([expect.objectContaining({ sessionId: before[0]?.sessionId })]);
  });

  it('reports what is wrong with the connection in one sentence, with the right exit code', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const other = await CertificateAuthority.create('another CA');
    write('other.crt', other.certificate);
    const anonymous = await cli('status', '--coordinator-ca', file('ca.crt'));
    expect(anonymous).toMatchObject({ exitCode: 4, stdout: '' });
    expect(anonymous.stderr).toMatch(
      /^rollcall: the caller presented no credentials; provide a token or a client certificate\n$/,
    );
    const distrusting = await cli('status', '--coordinator-ca', file('other.crt'));
    expect(distrusting).toMatchObject({ exitCode: 5, stdout: '' });
    expect(distrusting.stderr).toMatch(/^rollcall: the TLS handshake with .* failed: .*; check --coordinator-ca .*\n$/);
    const misnamed = await cli('status', ...client('vera'), '--coordinator-name', 'another.example');
    expect(misnamed.stderr).toMatch(/^rollcall: the TLS handshake with .* failed: .*altnames.*\n$/);
    const history = await cli('history', '--kind', 'access', ...client('vera'));
    expect(history.stdout).toMatch(/QueryService\/GetStatus was denied to .*the caller presented no credentials/);
  });
});

function serialNumberAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    // The certificate is only read, so it does not have to be valid.
    const socket = connect(
      { host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false, ALPNProtocols: ['h2'] },
      () => {
        resolve(socket.getPeerCertificate().serialNumber);
        socket.destroy();
      },
    );
    socket.once('error', reject);
  });
}
