/** A real control plane on loopback: etcd, kube-apiserver, and optionally the built-in controllers and the scheduler. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiServerAccess } from '../../shared/api-server/access.ts';
import { systemClock } from '../../shared/clock.ts';
import { AdminClient } from './admin-client.ts';
import { BackgroundProgram } from './background-program.ts';
import { until } from './until.ts';

const ATTEMPTS_MAX = 3;
export const ADMIN_TOKEN = 'admin-token';
/** An API server starts within ten seconds on a busy machine. If it takes a minute, it will never start. */
export const START_PATIENCE_MS = 60_000;

export interface ControlPlaneOptions {
  /** The folder with the programs. */
  readonly programs: string;
  /** Controllers to run, for example `daemonset,podgc`. Without it, the controller manager is not started. */
  readonly controllers?: string;
  readonly scheduler?: boolean;
  /** Additional lines for the token file, `token,user,uid,"group"`. These users have no permissions. */
  readonly tokens?: readonly string[];
  /** Additional flags of the API server. */
  readonly apiServerFlags?: readonly string[];
}

/** Ends with this process at the latest. */
export async function startLocalControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    const [etcdPort = 0, etcdPeerPort = 0, port = 0] = await freePorts(3);
    const controlPlane = new ControlPlane(options, { etcdPort, etcdPeerPort, port });
    try {
      await controlPlane.start();
      return controlPlane;
    } catch (error) {
      await controlPlane.stop();
      // Another process may have taken one of the ports in the meantime.
      if (attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

interface Ports {
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly port: number;
}

export class ControlPlane {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollcall-control-plane-'));
  /** Path of a kubeconfig for a cluster administrator. */
  readonly kubeconfig = join(this.folder, 'kubeconfig');
  readonly url: string;
  readonly #options: ControlPlaneOptions;
  readonly #ports: Ports;
  readonly #programs: BackgroundProgram[] = [];
  readonly #named = new Map<string, BackgroundProgram>();
  #apiServer: BackgroundProgram | undefined;
  #admin: AdminClient | undefined;

  constructor(options: ControlPlaneOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.url = `https://127.0.0.1:${ports.port}`;
  }

  /** A client with all permissions. */
  get admin(): AdminClient {
    this.#admin ??= new AdminClient({ access: this.access(), clock: systemClock, userAgent: 'rollcall-test' });
    return this.#admin;
  }

  get authority(): Buffer {
    return readFileSync(join(this.folder, 'certificates', 'apiserver.crt'));
  }

  /** Access as the user with this token. */
  access(token: string = ADMIN_TOKEN): ApiServerAccess {
    return { url: this.url, credentials: async () => ({ authorization: `Bearer ${token}`, ca: this.authority }) };
  }

  async start(): Promise<void> {
    this.#writeFiles();
    const { etcdPort, etcdPeerPort } = this.#ports;
    const etcd = `http://127.0.0.1:${etcdPort}`;
    this.#run('etcd', [
      `--data-dir=${join(this.folder, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      `--listen-peer-urls=http://127.0.0.1:${etcdPeerPort}`,
    ]);
    await this.startApiServer();
    const { controllers, scheduler = false } = this.#options;
    const common = [`--kubeconfig=${this.kubeconfig}`, '--leader-elect=false', '--port=0', '--secure-port=0'];
    if (controllers !== undefined) {
      const key = `--service-account-private-key-file=${join(this.folder, 'service-account.key')}`;
      // Without effective rate limits, because tests wait for the controllers and no other client uses this API server.
      const speed = ['--kube-api-qps=2000', '--kube-api-burst=4000'];
      this.#run('kube-controller-manager', [...common, ...speed, `--controllers=${controllers}`, key]);
    }
    if (scheduler) this.#run('kube-scheduler', common);
  }

  /** Starts or restarts the API server and waits until it is ready. */
  async startApiServer(): Promise<void> {
    const key = join(this.folder, 'service-account.key');
    const apiServer = this.#run('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${this.#ports.etcdPort}`,
      `--secure-port=${this.#ports.port}`,
      '--bind-address=127.0.0.1',
      `--cert-dir=${join(this.folder, 'certificates')}`,
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      '--api-audiences=https://kubernetes.default.svc',
      `--token-auth-file=${join(this.folder, 'tokens.csv')}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      '--service-cluster-ip-range=10.96.0.0/24',
      '--disable-admission-plugins=ServiceAccount',
      ...(this.#options.apiServerFlags ?? []),
    ]);
    this.#apiServer = apiServer;
    await until('the API server is ready', START_PATIENCE_MS, () => this.#isReady(apiServer));
  }

  /** The process of a program, for measurements. */
  processIdOf(name: 'kube-apiserver' | 'kube-controller-manager'): number {
    const program = this.#named.get(name);
    if (program === undefined) throw new Error(`${name} does not run`);
    return program.processId;
  }

  async stopApiServer(): Promise<void> {
    await this.#apiServer?.end();
  }

  /** Stops all programs and removes the folder. */
  async stop(): Promise<void> {
    this.#admin?.close();
    for (const program of this.#programs.toReversed()) await program.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #isReady(apiServer: BackgroundProgram): Promise<boolean> {
    apiServer.assertRuns();
    try {
      await this.admin.get('/apis/apps/v1');
      // The API server creates this namespace last. Nothing can be created in it before.
      await this.admin.get('/api/v1/namespaces/default');
      return true;
    } catch {
      return false;
    }
  }

  #run(name: string, flags: readonly string[]): BackgroundProgram {
    const logFile = join(this.folder, `${name}.log`);
    const program = new BackgroundProgram(join(this.#options.programs, name), flags, logFile);
    this.#programs.push(program);
    this.#named.set(name, program);
    return program;
  }

  #writeFiles(): void {
    mkdirSync(join(this.folder, 'certificates'));
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    writeFileSync(join(this.folder, 'service-account.key'), privateKey);
    const tokens = [`${ADMIN_TOKEN},admin,admin,"system:masters"`, ...(this.#options.tokens ?? [])];
    writeFileSync(join(this.folder, 'tokens.csv'), `${tokens.join('\n')}\n`);
    const cluster = { server: this.url, 'certificate-authority': join(this.folder, 'certificates', 'apiserver.crt') };
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'admin', user: { token: ADMIN_TOKEN } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
      'current-context': 'test',
    };
    writeFileSync(this.kubeconfig, JSON.stringify(kubeconfig));
  }
}

/** Opens all ports before it closes them, so that no two are equal. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
