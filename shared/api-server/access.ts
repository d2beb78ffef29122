/** The address of the Kubernetes API server and the credentials for it, read from the files that Kubernetes mounts into pods. */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { RollcallError } from '../errors.ts';
import { CREDENTIALS_AGE_MS_MAX } from './limits.ts';

export interface ApiServerAccess {
  /** `https://host:port`, optionally with a path. */
  readonly url: string;
  /** Called before every request, because tokens and certificates change while a program runs. */
  credentials(): Promise<ApiServerCredentials>;
}

export interface ApiServerCredentials {
  /** The value of the Authorization header, for example `Bearer …`. */
  readonly authorization?: string;
  /** CA certificates, PEM. By default, the CAs that Node.js trusts. */
  readonly ca?: string | Buffer;
  /** The client certificate and its key, PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name in the server's certificate, if it differs from the host name. */
  readonly servername?: string;
  /** False if a kubeconfig disables the verification of the server's certificate. */
  readonly rejectUnauthorized?: boolean;
}

/** The folder into which Kubernetes mounts the token of a pod and the CA of the API server. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly folder?: string;
  /** The setting that specifies an API server outside a pod, for the error message. */
  readonly otherwise: string;
}

/**
 * The API server of the cluster in which this program runs.
 * @throws RollcallError ARGUMENT_INVALID if the program does not run in a pod.
 */
export function inClusterAccess({ environment, clock, folder = SERVICE_ACCOUNT_FOLDER, otherwise }: InClusterOptions) {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '' } = environment;
  if (host === '' || port === '') {
    throw new RollcallError(
      'ARGUMENT_INVALID',
      `KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this program does not run in a pod; set ${otherwise}.`,
    );
  }
  return folderAccess({ url: httpsUrl(host, port), folder, clock });
}

export function httpsUrl(host: string, port: string | number): string {
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

export interface FolderAccessOptions {
  readonly url: string;
  /** Contains `token` and `ca.crt`, as Kubernetes mounts them into a pod. */
  readonly folder?: string;
  readonly clock: Clock;
  /** How to verify the server's certificate: with a CA file instead of `ca.crt`, or not at all (`unchecked`). */
  readonly authority?: { readonly file: string } | 'unchecked';
}

/** A server that authenticates the program by the token in a folder. */
export function folderAccess(options: FolderAccessOptions): ApiServerAccess {
  return new FileAccess(options);
}

class FileAccess implements ApiServerAccess {
  readonly url: string;
  readonly #folder: string;
  readonly #authority: FolderAccessOptions['authority'];
  readonly #clock: Clock;
  #read: { readonly credentials: Promise<ApiServerCredentials>; readonly atMs: number } | undefined;

  constructor({ url, folder = SERVICE_ACCOUNT_FOLDER, clock, authority }: FolderAccessOptions) {
    this.url = url;
    this.#folder = folder;
    this.#authority = authority;
    this.#clock = clock;
  }

  credentials(): Promise<ApiServerCredentials> {
    const nowMs = this.#clock.nowMs();
    if (this.#read === undefined || nowMs - this.#read.atMs >= CREDENTIALS_AGE_MS_MAX) {
      this.#read = { credentials: this.#readFiles(), atMs: nowMs };
      // A failed read is not cached.
      this.#read.credentials.catch(() => {
        this.#read = undefined;
      });
    }
    return this.#read.credentials;
  }

  async #readFiles(): Promise<ApiServerCredentials> {
    const token = await readFile(join(this.#folder, 'token'), 'utf8');
    const authorization = `Bearer ${token.trim()}`;
    if (this.#authority === 'unchecked') return { authorization, rejectUnauthorized: false };
    return { authorization, ca: await readFile(this.#authority?.file ?? join(this.#folder, 'ca.crt')) };
  }
}
