/** The running cluster: kubectl as an administrator, and the cluster programs, which can be killed and restarted. */
import { execFile, spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { until } from '../api-server/until.ts';
import { KUBELET_RIGHTS, type KubeletAccess, prepareKubeletAccess } from './kubelet-access.ts';
import { addUsers } from './users.ts';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../../deploy/kustomize', import.meta.url));
const OVERLAY = fileURLToPath(new URL('overlay', import.meta.url));
const KUBELET_OVERLAY = fileURLToPath(new URL('kubelet-overlay', import.meta.url));
const OWN_OVERLAY = fileURLToPath(new URL('own-overlay', import.meta.url));
/** User and group ID that the image runs as. */
const IMAGE_USER = 65_532;
/** Long enough for a leader that loses its Lease twice because of a slow API server, and for a kubelet that backs off. */
export const PATIENCE_MS = 240_000;

export class RealCluster {
  /** Name of the only node; set by `prepare`. */
  node = '';
  readonly folder = inject('clusterFolder');
  readonly kustomization = join(this.folder, 'kustomize/overlays/test');
  /** The same kustomization with agents that read pods from the kubelet. */
  readonly kubeletKustomization = join(this.folder, 'kustomize/overlays/test-kubelet');
  /** The same kustomization with a coordinator that owns DaemonSets. */
  readonly owningKustomization = join(this.folder, 'kustomize/overlays/test-own');
  #kubeletAccess: KubeletAccess | undefined;
  readonly #environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: this.folder,
    KUBECONFIG: join(this.folder, 'kubeconfig'),
  };

  /** Copies deploy/ with the changes for this cluster, and creates certificates. */
  async prepare(): Promise<void> {
    cpSync(DEPLOY, join(this.folder, 'kustomize'), { recursive: true });
    cpSync(OVERLAY, this.kustomization, { recursive: true });
    const journal = join(this.folder, 'journal');
    mkdirSync(journal);
    chownSync(journal, IMAGE_USER, IMAGE_USER);
    for (const file of ['workloads.yaml', 'journal-folder.yaml']) {
      const path = join(this.kustomization, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replaceAll('API_SERVER_PORT', inject('clusterPort')).replace('JOURNAL_FOLDER', journal));
    }
    cpSync(OWN_OVERLAY, this.owningKustomization, { recursive: true });
    await run(join(this.folder, 'kustomize/overlays/standalone/make-certificates.sh'));
    await this.#prepareNode();
    addUsers(this.folder, 'ann', 'ben', 'cleo');
  }

  /** Lets the API server connect to the kubelet, and agents verify its certificate. Takes effect after a restart of both. */
  async #prepareNode(): Promise<void> {
    const { items } = await this.json<{ items: NodeObject[] }>('get', 'nodes');
    this.node = items[0]?.metadata.name ?? '';
    const address = items[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '';
    this.#kubeletAccess = await prepareKubeletAccess(this.folder, address);
    await this.apply(KUBELET_RIGHTS);
    cpSync(KUBELET_OVERLAY, this.kubeletKustomization, { recursive: true });
    writeFileSync(join(this.kubeletKustomization, 'ca.crt'), this.#kubeletAccess.authority);
  }

  get authority(): string {
    return join(this.folder, 'kustomize/overlays/standalone/certificates/ca.crt');
  }

  /** @throws Error with the output of kubectl. */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await run('kubectl', args, { env: this.#environment, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  async json<Value>(...args: string[]): Promise<Value> {
    return JSON.parse(await this.kubectl(...args, '-o', 'json')) as Value;
  }

  /** Creates or updates objects. */
  async apply(...objects: object[]): Promise<void> {
    const file = join(this.folder, 'apply.json');
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await this.kubectl('apply', '-f', file);
  }

  /** Kills a program of the cluster and restarts it with the prepared configuration. */
  async restart(name: 'apiserver' | 'kubelet'): Promise<void> {
    const pidFile = join(this.folder, `${name}.pid`);
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    process.kill(pid, 'SIGKILL');
    await until(`${name} has ended`, PATIENCE_MS, () => !isRunning(pid));
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    // Detached, because the script that ends the cluster also ends this program.
    const moreArgs = name === 'apiserver' ? (this.#kubeletAccess?.apiServerArguments ?? []) : [];
    const child = spawn(program, [...args, ...moreArgs], { detached: true, stdio: ['ignore', log, log] });
    child.unref();
    writeFileSync(pidFile, String(child.pid));
  }

  async answers(): Promise<boolean> {
    try {
      return (await this.kubectl('get', '--raw', '/readyz', '--request-timeout=5s')) === 'ok';
    } catch {
      return false;
    }
  }
}

interface NodeObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly addresses: readonly { readonly type: string; readonly address: string }[] };
}

function isRunning(pid: number): boolean {
  try {
    // A zombie has ended, but its parent has not read its exit status yet.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
