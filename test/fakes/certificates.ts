/** A certificate authority for tests: signs server and client certificates, and issues revocation lists. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
/** Validity that includes the time of every clock in the tests. */
const VALID = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T00:00:00Z') };

export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  readonly serialNumber: string;
}

export interface SubjectOptions {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** DNS names and IP addresses of a server. */
  readonly hosts?: readonly string[];
  readonly notAfter?: Date;
}

export class CertificateAuthority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: x509.X509Certificate;
  #serial = 1;

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: x509.X509Certificate) {
    this.#keys = keys;
    this.#certificate = certificate;
  }

  static async create(name = 'test CA'): Promise<CertificateAuthority> {
    x509.cryptoProvider.set(webcrypto);
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: `CN=${name}`,
      ...VALID,
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new CertificateAuthority(keys, certificate);
  }

  get certificate(): string {
    return this.#certificate.toString('pem');
  }

  async sign({ commonName, organizations = [], hosts = [], notAfter }: SubjectOptions): Promise<Certificate> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const serialNumber = (++this.#serial).toString(16).padStart(2, '0');
    const names = hosts.map((host) => new x509.GeneralName(/^[\d.]+$/.test(host) ? 'ip' : 'dns', host));
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber,
      subject: [...organizations.map((name) => ({ O: [name] })), { CN: [commonName] }],
      issuer: this.#certificate.subject,
      ...VALID,
      ...(notAfter && { notAfter }),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      ],
    });
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    const key = x509.PemConverter.encode(pkcs8, 'PRIVATE KEY');
    return { certificate: certificate.toString('pem'), key, serialNumber };
  }

  /** A revocation list with these certificates, PEM. */
  async revoke(...revoked: readonly Certificate[]): Promise<string> {
    const list = await x509.X509CrlGenerator.create({
      issuer: this.#certificate.subject,
      thisUpdate: new Date(VALID.notBefore.getTime() + DAY_MS),
      nextUpdate: VALID.notAfter,
      signingAlgorithm: ALGORITHM,
      signingKey: this.#keys.privateKey,
      entries: revoked.map(({ serialNumber }) => ({ serialNumber, revocationDate: VALID.notBefore })),
    });
    return x509.PemConverter.encode(list.rawData, 'X509 CRL');
  }
}
