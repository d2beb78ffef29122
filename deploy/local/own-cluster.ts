/**
 * `npm start -- --own`: the coordinator as the DaemonSet controller of a simulated cluster, with the nodes and the DaemonSets of the
 * manifests. The API server, the scheduler and the kubelets run in this process; no container runs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import { FakeApiServer } from '../simulated-cluster/fake-api-server.ts';
import { created } from '../simulated-cluster/object-rules.ts';
import { SimulatedKubelets } from '../simulated-cluster/simulated-kubelets.ts';
import type { StoredObject } from '../simulated-cluster/stored-object.ts';
import { ChildProgram } from './child-program.ts';

const COORDINATOR = fileURLToPath(new URL('../../coordinator/main.js', import.meta.url));
const COLLECTIONS: Readonly<Record<string, string>> = { Node: '/api/v1/nodes', DaemonSet: '/apis/apps/v1/daemonsets' };
/** A kubelet does the next thing for a pod after this time, so that people can follow. */
const KUBELET_STEP_MS = 400;

export interface OwnClusterOptions {
  readonly data: string;
  readonly port: number;
  readonly daemonsets: string;
  readonly nodes: string;
  readonly clock: Clock;
}

export class OwnCluster {
  readonly api = new FakeApiServer();
  readonly kubelets = new SimulatedKubelets(this.api);
  readonly #options: OwnClusterOptions;
  readonly #logFile: string;
  #coordinator: ChildProgram | null = null;
  #cancelStep: () => void = () => {};
  #address = '';

  constructor(options: OwnClusterOptions) {
    this.#options = options;
    this.#logFile = join(options.data, 'coordinator.log');
  }

  /** `host:port` of the coordinator. */
  get address(): string {
    return this.#address;
  }

  get logFile(): string {
    return this.#logFile;
  }

  /** Resolves when the coordinator acts as the DaemonSet controller. @throws RollcallError if it cannot start */
  async start(): Promise<void> {
    const { data, nodes, daemonsets } = this.#options;
    makeFolder(data);
    await this.api.start();
    for (const folder of [nodes, daemonsets]) for (const object of manifestsIn(folder)) this.#apply(object);
    this.#step();
    this.#address = `127.0.0.1:${await this.#startCoordinator()}`;
  }

  /** Rejects when the coordinator ends by itself. */
  async whenCoordinatorFails(): Promise<never> {
    const { how = 'before it began', errorText = '' } = (await this.#coordinator?.ended) ?? {};
    throw new RollcallError(
      'ARGUMENT_INVALID',
      errorText || `the coordinator ended ${how}; its log is ${this.#logFile}`,
    );
  }

  async stop(): Promise<void> {
    this.#cancelStep();
    await this.#coordinator?.stop();
    await this.api.stop();
  }

  #apply(object: StoredObject): void {
    const collection = COLLECTIONS[String(object['kind'])];
    if (collection === undefined) return;
    const { namespace = '' } = object.metadata;
    const stored = created(collection, collection.endsWith('nodes') ? '' : namespace || 'default', object);
    this.api.apply(collection, stored);
  }

  #step(): void {
    this.kubelets.step();
    this.#cancelStep = this.#options.clock.after(KUBELET_STEP_MS, () => this.#step());
  }

  #startCoordinator(): Promise<number> {
    const { data, port } = this.#options;
    const kubeconfig = join(data, 'kubeconfig');
    writeFileSync(kubeconfig, JSON.stringify(kubeconfigOf(this.api.access.url)));
    const cluster = [
      '--cluster',
      'api-server',
      '--kubeconfig',
      kubeconfig,
      '--namespace',
      'default',
      '--leader-election',
    ];
    const own = ['--own', '--own-writes-per-second', '8', '--own-write-burst', '8'];
    return new Promise((resolve, reject) => {
      let listening = 0;
      this.#coordinator = new ChildProgram({
        program: COORDINATOR,
        args: ['--plaintext', '--listen', `127.0.0.1:${port}`, '--data', data, ...cluster, ...own],
        logFile: this.#logFile,
        onLogLine: ({ message, port: actual }) => {
          if (message === 'coordinator ready') listening = actual ?? 0;
          if (message === 'DaemonSet controller started') resolve(listening);
        },
      });
      this.whenCoordinatorFails().catch(reject);
    });
  }
}

/** The objects in the files of a folder. Pods are left out: the coordinator creates them. */
function manifestsIn(folder: string): StoredObject[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => readManifests(readFileSync(join(folder, name)), name).objects)
    .map(({ object }) => object as unknown as StoredObject);
}

function kubeconfigOf(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulated', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'coordinator', user: { token: 'none' } }],
    contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: 'coordinator' } }],
    'current-context': 'simulated',
  };
}
