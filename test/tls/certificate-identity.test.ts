/** Identity by client certificate over real TLS: who gets in, who does not, and what of it is journalled. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { provedIdentities } from '../../coordinator/identity/identities.ts';
import { ServerCertificates } from '../../coordinator/tls/server-certificates.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { tlsSecurity } from '../../shared/rpc/channel-security.ts';
import { AdminService, QueryService } from '../../shared/rpc/contract.ts';
import { type Certificate, CertificateAuthority } from '../fakes/certificates.ts';
import { eventually } from '../fakes/eventually.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { Admin, ask, failure, Query, type RunningHouse, startHouse } from '../services/running-house.ts';

interface TlsHouse {
  readonly running: RunningHouse;
  readonly ca: CertificateAuthority;
  /** Clients that present the certificate. */
  clients(certificate: Certificate | null): {
    query: InstanceType<typeof QueryService>;
    admin: InstanceType<typeof AdminService>;
  };
  revoke(certificate: Certificate): Promise<void>;
}

async function startTlsHouse(): Promise<TlsHouse> {
  const folder = temporaryFolder();
  const ca = await CertificateAuthority.create();
  const server = await ca.sign({ commonName: 'coordinator', hosts: ['127.0.0.1'] });
  const paths = Object.fromEntries(
    Object.entries({
      certificate: server.certificate,
      key: server.key,
      clientCa: ca.certificate,
      clientCrl: await ca.revoke(),
    }).map(([name, text]) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return [name, path];
    }),
  ) as { certificate: string; key: string; clientCa: string; clientCrl: string };
  const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
  const certificates = new ServerCertificates({ files: paths, clock: systemClock, log });
  const running = await startHouse({ identities: provedIdentities(null), certificates });
  return {
    running,
    ca,
    clients(certificate) {
      const clientCertificate = certificate && {
        chain: Buffer.from(certificate.certificate),
        key: Buffer.from(certificate.key),
      };
      const material = { ca: Buffer.from(ca.certificate), serverName: null, token: null, clientCertificate };
      const { credentials, options } = tlsSecurity(material, '127.0.0.1');
      const all = { ...CLIENT_OPTIONS, ...options, 'grpc.use_local_subchannel_pool': 1 };
      const query = new QueryService(running.address, credentials, all);
      const admin = new AdminService(running.address, credentials, all);
      onTestFinished(() => {
        query.close();
        admin.close();
      });
      return { query, admin };
    },
    async revoke(certificate) {
      writeFileSync(paths.clientCrl, await ca.revoke(certificate));
    },
  };
}

async function denials({ house }: RunningHouse) {
  await house.journal.durable(house.journal.nextRevision - 1);
  const rows = await house.journal.events({ kinds: ['access'], limit: 100, oldestFirst: true });
  return rows.flatMap((row) => (row.kind === 'access' ? [row] : []));
}

const status = (client: InstanceType<typeof QueryService>) => ask(client, Query.GetStatus, {});

test('a viewer may read and not administer, an admin may do both', async () => {
  const house = await startTlsHouse();
  const viewer = house.clients(await house.ca.sign({ commonName: 'vera', organizations: ['rollcall:viewers'] }));
  const admin = house.clients(await house.ca.sign({ commonName: 'adam', organizations: ['rollcall:admins'] }));
  expect((await status(viewer.query)).nodeCount).toBe(3);
  const denied = await failure(ask(viewer.admin, Admin.Reevaluate, {}));
  expect(denied).toMatchObject({ reason: 'PERMISSION_DENIED', exitCode: 4 });
  expect(denied.message).toBe(
    'vera may not administer: it needs the verb administer on coordinators.rollcall.dev, ' +
      'which the ClusterRole rollcall-admin grants',
  );
  expect((await ask(admin.admin, Admin.Reevaluate, {})).changedCount).toBe(0);
  expect(await denials(house.running)).toMatchObject([
    { method: 'AdminService/Reevaluate', reason: 'PERMISSION_DENIED', count: 1, cause: { actor: 'vera' } },
  ]);
});

test('who presents nothing, or a certificate of another CA, learns why and is journalled', async () => {
  const house = await startTlsHouse();
  const stranger = await (await CertificateAuthority.create('another CA')).sign({
    commonName: 'vera',
    organizations: ['rollcall:viewers'],
  });
  expect((await failure(status(house.clients(null).query))).reason).toBe('CREDENTIALS_MISSING');
  const refused = await failure(status(house.clients(stranger).query));
  expect(refused.reason).toBe('CERTIFICATE_REJECTED');
  expect(refused.message).toContain('the client certificate of "vera" is not good');
  expect((await denials(house.running)).map(({ reason }) => reason)).toEqual([
    'CREDENTIALS_MISSING',
    'CERTIFICATE_REJECTED',
  ]);
});

test('a certificate that is revoked while its connection is open is refused from then on', async () => {
  const house = await startTlsHouse();
  const certificate = await house.ca.sign({ commonName: 'vera', organizations: ['rollcall:viewers'] });
  const { query } = house.clients(certificate);
  await status(query);
  await house.revoke(certificate);
  let refusal = '';
  await eventually(
    () => refusal === 'CERTIFICATE_REJECTED',
    () => void status(query).catch((error: { message: string; reason: string }) => (refusal = error.reason)),
  );
  expect((await failure(status(query))).message).toMatch(/"vera" is not good: .*REVOKED/i);
  expect((await denials(house.running)).map(({ reason }) => reason)).toContain('CERTIFICATE_REJECTED');
});

test('denials of one caller share a row, so that nobody fills the journal', async () => {
  const house = await startTlsHouse();
  const { query } = house.clients(null);
  for (let count = 0; count < 20; count++) await failure(status(query));
  expect(await denials(house.running)).toHaveLength(1);
  house.running.clock.advance(10 * 60_000);
  expect((await denials(house.running)).map(({ count }) => count)).toEqual([1, 19]);
});
