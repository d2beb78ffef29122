/** Authentication with client certificates over real TLS, and recorded denials. */
import { expect, test } from 'vitest';
import { CertificateAuthority } from '../fakes/certificates.ts';
import { eventually } from '../fakes/eventually.ts';
import { Admin, ask, failure, Query } from '../server/running-coordinator.ts';
import { type Clients, TlsCoordinator } from './tls-coordinator.ts';

const status = (client: Clients['query']) => ask(client, Query.GetStatus, {});

test('a viewer can read but not administer, an admin can do both', async () => {
  const coordinator = await TlsCoordinator.start();
  const viewer = coordinator.clients({
    certificate: await coordinator.ca.sign({ commonName: 'vera', organizations: ['rollcall:viewers'] }),
  });
  const admin = coordinator.clients({
    certificate: await coordinator.ca.sign({ commonName: 'adam', organizations: ['rollcall:admins'] }),
  });
  expect((await status(viewer.query)).nodeCount).toBe(3);
  const denied = await failure(ask(viewer.admin, Admin.Reevaluate, {}));
  expect(denied).toMatchObject({ reason: 'PERMISSION_DENIED', exitCode: 4 });
  expect(denied.message).toBe(
    'vera is not allowed to administer; grant the verb administer on coordinators.rollcall.dev, ' +
      'for example with the ClusterRole rollcall-admin',
  );
  expect((await ask(admin.admin, Admin.Reevaluate, {})).changedCount).toBe(0);
  expect(await coordinator.denials()).toMatchObject([
    { method: 'AdminService/Reevaluate', reason: 'PERMISSION_DENIED', count: 1, cause: { actor: 'vera' } },
  ]);
});

test('a caller without credentials or with a certificate of another CA is refused and recorded', async () => {
  const coordinator = await TlsCoordinator.start();
  const stranger = await (await CertificateAuthority.create('another CA')).sign({
    commonName: 'vera',
    organizations: ['rollcall:viewers'],
  });
  expect((await failure(status(coordinator.clients({}).query))).reason).toBe('CREDENTIALS_MISSING');
  const refused = await failure(status(coordinator.clients({ certificate: stranger }).query));
  expect(refused.reason).toBe('CERTIFICATE_REJECTED');
  expect(refused.message).toContain('the client certificate of "vera" is invalid');
  expect((await coordinator.denials()).map(({ reason }) => reason)).toEqual([
    'CREDENTIALS_MISSING',
    'CERTIFICATE_REJECTED',
  ]);
});

test('a certificate that is revoked during a connection is refused afterwards', async () => {
  const coordinator = await TlsCoordinator.start();
  const certificate = await coordinator.ca.sign({ commonName: 'vera', organizations: ['rollcall:viewers'] });
  const { query } = coordinator.clients({ certificate });
  await status(query);
  await coordinator.revoke(certificate);
  let refusal = '';
  await eventually(
    () => refusal === 'CERTIFICATE_REJECTED',
    () => void status(query).catch((error: { message: string; reason: string }) => (refusal = error.reason)),
  );
  expect((await failure(status(query))).message).toMatch(/"vera" is invalid: .*REVOKED/i);
  expect((await coordinator.denials()).map(({ reason }) => reason)).toContain('CERTIFICATE_REJECTED');
});

test('repeated denials of a caller share a row', async () => {
  const coordinator = await TlsCoordinator.start();
  const { query } = coordinator.clients({});
  for (let count = 0; count < 20; count++) await failure(status(query));
  expect(await coordinator.denials()).toHaveLength(1);
  coordinator.running.clock.advance(10 * 60_000);
  expect((await coordinator.denials()).map(({ count }) => count)).toEqual([1, 19]);
});
