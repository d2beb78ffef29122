/**
 * The coordinator's certificate and its trusted client CAs. The files are read again when they change. Files that do not
 * match, for example during a renewal, are ignored.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { watchPath } from '../../shared/files/watch-path.ts';
import type { Logger } from '../../shared/logging.ts';

export interface CertificateFiles {
  /** The certificate and its intermediate certificates, PEM. */
  readonly certificate: string;
  readonly key: string;
  /** CAs of client certificates, PEM. Undefined: client certificates are not requested. */
  readonly clientCa: string | undefined;
  /** Certificate revocation lists, PEM; one list per CA. */
  readonly clientCrl: string | undefined;
}

export interface CertificateListener {
  /** New connections must use this context. */
  certificatesChanged(context: SecureContextOptions): void;
  /** The trusted client CAs or revocation lists changed. */
  clientTrustChanged(): void;
}

interface Loaded {
  readonly context: SecureContextOptions;
  readonly notAfterMs: number;
  /** Digest of all files. */
  readonly digest: string;
  readonly trustDigest: string;
}

export interface ServerCertificatesOptions {
  readonly files: CertificateFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

export class ServerCertificates {
  readonly #options: ServerCertificatesOptions;
  #loaded: Loaded;
  #unwatch: readonly (() => void)[] = [];

  /** @throws RollcallError CREDENTIALS_UNUSABLE if the files are invalid. */
  constructor(options: ServerCertificatesOptions) {
    this.#options = options;
    this.#loaded = load(options.files);
  }

  get context(): SecureContextOptions {
    return this.#loaded.context;
  }

  /** Expiration of the certificate in use, in milliseconds since 1970. */
  get notAfterMs(): number {
    return this.#loaded.notAfterMs;
  }

  get asksForClientCertificates(): boolean {
    return this.#options.files.clientCa !== undefined;
  }

  watch(listener: CertificateListener): void {
    const { files, clock } = this.#options;
    const paths = Object.values(files).filter((path) => path !== undefined);
    const onChange = () => this.#reload(listener);
    this.#unwatch = paths.map((path) => watchPath({ path, clock, onChange }));
  }

  close(): void {
    for (const unwatch of this.#unwatch) unwatch();
  }

  #reload(listener: CertificateListener): void {
    const { files, log } = this.#options;
    const before = this.#loaded;
    try {
      this.#loaded = load(files);
    } catch (error) {
      log.warn({ err: error }, 'the certificate files do not match; the previous certificates remain in use');
      return;
    }
    if (this.#loaded.digest === before.digest) return;
    const notAfter = new Date(this.#loaded.notAfterMs).toISOString();
    log.info({ notAfter }, 'the certificates changed; new connections use them');
    listener.certificatesChanged(this.#loaded.context);
    if (this.#loaded.trustDigest !== before.trustDigest) listener.clientTrustChanged();
  }
}

function load({ certificate, key, clientCa, clientCrl }: CertificateFiles): Loaded {
  const cert = read(certificate);
  const privateKey = read(key);
  const ca = clientCa === undefined ? undefined : read(clientCa);
  const crl = clientCrl === undefined ? undefined : read(clientCrl);
  const context: SecureContextOptions = { cert, key: privateKey, ...(ca && { ca }), ...(crl && { crl: listsIn(crl) }) };
  try {
    const leaf = new X509Certificate(cert);
    if (!leaf.checkPrivateKey(createPrivateKey(privateKey))) {
      throw new Error('the key does not match the certificate');
    }
    if (context.crl?.length === 0) throw new Error(`${clientCrl} contains no certificate revocation list`);
    createSecureContext(context);
    const trustDigest = digestOf([ca, crl]);
    return {
      context,
      notAfterMs: Date.parse(leaf.validTo),
      digest: digestOf([cert, privateKey, ca, crl]),
      trustDigest,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const named = [certificate, key, clientCa, clientCrl].filter((path) => path !== undefined).join(', ');
    throw new RollcallError('CREDENTIALS_UNUSABLE', `${named} cannot be used for TLS: ${why}`);
  }
}

/** Splits the lists, because Node reads only one list from each text. */
function listsIn(pem: Buffer): string[] {
  return pem.toString('latin1').match(/-----BEGIN X509 CRL-----[^-]*-----END X509 CRL-----/g) ?? [];
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new RollcallError('CREDENTIALS_UNUSABLE', `${path} cannot be read: ${why}`);
  }
}

function digestOf(parts: readonly (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? -1}:`).update(part ?? '');
  return hash.digest('hex');
}
