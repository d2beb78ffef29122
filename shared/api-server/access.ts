/** Where the Kubernetes API server is, and what to show it: read from the files that every pod has. */
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { RollcallError } from '../errors.ts';
import { CREDENTIALS_AGE_MS_MAX } from './limits.ts';

export interface ApiServerAccess {
  /** `https://host:port`, perhaps with a path. */
  readonly url: string;
  /** Asked before every request, because tokens and certificates change while a program runs. */
  credentials(): Promise<ApiServerCredentials>;
}

export interface ApiServerCredentials {
  /** The value of the header, for example `Bearer …`. */
  readonly authorization?: string;
  /** PEM. Without it, the authorities that Node.js knows are trusted. */
  readonly ca?: string | Buffer;
  /** The client's certificate and its key, PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** The name in the server's certificate, where it is not the host's. */
  readonly servername?: string;
  /** False where a kubeconfig says that the server's certificate is not to be checked. */
  readonly rejectUnauthorized?: boolean;
}

/** Where Kubernetes puts a pod's token and the API server's authority. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly folder?: string;
  /** The setting that names an API server elsewhere. */
  readonly otherwise: string;
}

/**
 * The API server of the cluster that this program runs in.
 * @throws RollcallError ARGUMENT_INVALID where the program does not run in a pod.
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
  /** Holds `token` and `ca.crt`, as Kubernetes mounts them into a pod. */
  readonly folder?: string;
  readonly clock: Clock;
  /** Of the server's certificate: a file of authorities instead of `ca.crt`, or `unchecked`. */
  readonly authority?: { readonly file: string } | 'unchecked';
}

/** A server that is told who asks by the token in a folder. */
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
      // What could not be read is not worth keeping.
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
