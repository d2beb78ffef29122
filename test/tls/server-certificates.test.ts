/** The certificate files of the coordinator: valid files are used, files that do not match are ignored. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ServerCertificates } from '../../coordinator/tls/server-certificates.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';
import { type Certificate, CertificateAuthority } from '../fakes/certificates.ts';
import { eventually } from '../fakes/eventually.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const log = createLogger({ program: 'test', level: 'silent', format: 'json' });

/** A folder as the kubelet projects it: files are links through `..data`, which is replaced atomically. */
class ProjectedFolder {
  readonly folder = temporaryFolder();
  #version = 0;

  constructor(files: Readonly<Record<string, string>>) {
    this.swap(files);
    for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(this.folder, name));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  swap(files: Readonly<Record<string, string>>): void {
    const version = `..version-${++this.#version}`;
    mkdirSync(join(this.folder, version));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, version, name), text);
    symlinkSync(version, join(this.folder, '..data_tmp'));
    renameSync(join(this.folder, '..data_tmp'), join(this.folder, '..data'));
  }
}

const files = ({ certificate, key }: Certificate) => ({ 'tls.crt': certificate, 'tls.key': key });

function opened(folder: ProjectedFolder): ServerCertificates {
  const paths = { certificate: folder.path('tls.crt'), key: folder.path('tls.key') };
  return new ServerCertificates({
    files: { ...paths, clientCa: undefined, clientCrl: undefined },
    clock: systemClock,
    log,
  });
}

test('loads the new certificate and its expiration when the projected volume changes', async () => {
  const ca = await CertificateAuthority.create();
  const folder = new ProjectedFolder(files(await ca.sign({ commonName: 'a', notAfter: new Date('2040-01-01Z') })));
  const certificates = opened(folder);
  onTestFinished(() => certificates.close());
  const changes: unknown[] = [];
  let trustChanges = 0;
  certificates.watch({
    certificatesChanged: (context) => changes.push(context),
    clientTrustChanged: () => trustChanges++,
  });
  expect(certificates.notAfterMs).toBe(Date.parse('2040-01-01Z'));
  folder.swap(files(await ca.sign({ commonName: 'b', notAfter: new Date('2041-01-01Z') })));
  await eventually(() => changes.length === 1);
  expect(certificates.notAfterMs).toBe(Date.parse('2041-01-01Z'));
  expect(changes).toEqual([certificates.context]);
  expect(trustChanges).toBe(0);
});

test('keeps the previous certificate if the new certificate and key do not match', async () => {
  const ca = await CertificateAuthority.create();
  const folder = new ProjectedFolder(files(await ca.sign({ commonName: 'a' })));
  const certificates = opened(folder);
  onTestFinished(() => certificates.close());
  const changes: unknown[] = [];
  certificates.watch({ certificatesChanged: (context) => changes.push(context), clientTrustChanged: () => {} });
  const first = certificates.context;
  const next = await ca.sign({ commonName: 'b' });
  const other = await ca.sign({ commonName: 'c' });
  folder.swap({ 'tls.crt': next.certificate, 'tls.key': other.key });
  folder.swap({ 'tls.crt': next.certificate, 'tls.key': 'half a k' });
  // The change to the next valid pair proves that the invalid pairs were not used.
  folder.swap(files(next));
  await eventually(() => changes.length > 0);
  expect(changes).toHaveLength(1);
  expect(certificates.context).not.toBe(first);
});

test.each([
  ['a file that is not there', {}, /cannot be read/],
  ['a key of another certificate', { key: 'other' }, /the key does not match the certificate/],
  ['text that is no certificate', { certificate: 'nonsense' }, /cannot be used for TLS/],
])('%s is rejected at the start', async (_what, wrong: { key?: string; certificate?: string }, message) => {
  const ca = await CertificateAuthority.create();
  const pair = await ca.sign({ commonName: 'a' });
  const other = await ca.sign({ commonName: 'b' });
  const text = {
    'tls.crt': wrong.certificate ?? pair.certificate,
    'tls.key': wrong.key === undefined ? pair.key : other.key,
  };
  const folder = new ProjectedFolder(Object.keys(wrong).length === 0 ? { 'tls.crt': pair.certificate } : text);
  expect(() => opened(folder)).toThrow(message);
});
