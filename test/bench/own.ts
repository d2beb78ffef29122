/**
 * Rollcall with `--own` beside the built-in DaemonSet controller, each on a real API server of its own, one after the other and
 * without effective rate limits: the creation of a DaemonSet until all its pods exist, and a node's label until its pod is created.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { ListWatch } from '../../shared/api-server/list-watch.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import { ADMIN_TOKEN, type ControlPlane, startLocalControlPlane } from '../api-server/local-control-plane.ts';
import type { BenchResult } from './result.ts';

const FLEETS = [
  { nodes: 1_000, labelFactor: 3 },
  { nodes: 5_000, labelFactor: 5 },
] as const;
const LABEL_CHANGES = 60;
/** DaemonSets that select no node, as the other DaemonSets of a cluster. */
const OTHER_DAEMON_SETS = 19;
const CONNECTIONS = 24;
/** Unit of the times in /proc/PID/stat (Linux, USER_HZ). */
const TICKS_PER_SECOND = 100;
const DAEMON_SETS = '/apis/apps/v1/namespaces/default/daemonsets';

interface Figures {
  readonly createSeconds: number;
  /** Processor time of the controller, and of the API server, while the pods were created. */
  readonly controllerSeconds: number;
  readonly apiServerSeconds: number;
  readonly requestsPerPod: number;
  /** Sorted. */
  readonly labelMs: readonly number[];
}

export async function run(): Promise<BenchResult[]> {
  const programs = process.env['KUBEBUILDER_ASSETS'];
  if (programs === undefined)
    throw new Error('set KUBEBUILDER_ASSETS to the folder of etcd, kube-apiserver and kube-controller-manager');
  const results: BenchResult[] = [];
  for (const fleet of FLEETS) {
    const builtIn = await measure(programs, fleet.nodes, 'built-in');
    const rollcall = await measure(programs, fleet.nodes, 'rollcall');
    results.push(...compare(fleet, builtIn, rollcall));
  }
  return results;
}

function compare({ nodes, labelFactor }: (typeof FLEETS)[number], builtIn: Figures, rollcall: Figures): BenchResult[] {
  const detail = ({ controllerSeconds, apiServerSeconds, requestsPerPod }: Figures) =>
    `${controllerSeconds.toFixed(1)} s CPU, API server ${apiServerSeconds.toFixed(1)} s CPU, ${requestsPerPod.toFixed(2)} requests per pod`;
  const [theirs, ours] = [percentile(builtIn.labelMs, 0.5), percentile(rollcall.labelMs, 0.5)];
  const spread = ({ labelMs }: Figures) =>
    `${percentile(labelMs, 0.5).toFixed(0)} ms, p99 ${percentile(labelMs, 0.99).toFixed(0)} ms`;
  return [
    {
      name: `own: a DaemonSet created until its pods exist on ${nodes} nodes`,
      goal: `not slower than the built-in controller, ${builtIn.createSeconds.toFixed(2)} s (${detail(builtIn)})`,
      measured: `${rollcall.createSeconds.toFixed(2)} s (${detail(rollcall)})`,
      met: rollcall.createSeconds <= builtIn.createSeconds,
    },
    {
      name: `own: a node's label until its pod is created, ${nodes} nodes, ${OTHER_DAEMON_SETS + 2} DaemonSets, median`,
      goal: `${labelFactor} times faster than the built-in controller, ${spread(builtIn)}`,
      measured: `${spread(rollcall)} (${(theirs / ours).toFixed(1)} times faster)`,
      met: ours * labelFactor <= theirs,
    },
  ];
}

async function measure(programs: string, nodes: number, which: 'built-in' | 'rollcall'): Promise<Figures> {
  const controllers = which === 'built-in' ? 'daemonset' : 'garbagecollector';
  const controlPlane = await startLocalControlPlane({ programs, controllers });
  const watch = new PodWatch(controlPlane);
  try {
    await createNodes(controlPlane, nodes);
    const controller = which === 'built-in' ? null : await startRollcall(controlPlane);
    const controllerPid = controller?.pid ?? controlPlane.processIdOf('kube-controller-manager');
    await watch.start();
    const before = await usageOf(controlPlane, controllerPid);
    const startMs = performance.now();
    await controlPlane.admin.create(DAEMON_SETS, daemonSet('everywhere', {}));
    await watch.count('everywhere', nodes);
    const createSeconds = (performance.now() - startMs) / 1000;
    const after = await usageOf(controlPlane, controllerPid);
    const labelMs = await measureLabels(controlPlane, watch);
    controller?.kill();
    return {
      createSeconds,
      controllerSeconds: after.controllerSeconds - before.controllerSeconds,
      apiServerSeconds: after.apiServerSeconds - before.apiServerSeconds,
      requestsPerPod: (after.requests - before.requests) / nodes,
      labelMs,
    };
  } finally {
    watch.close();
    await controlPlane.stop();
  }
}

/** Labels one node after the other; the time ends when the watch shows the pod. */
async function measureLabels(controlPlane: ControlPlane, watch: PodWatch): Promise<number[]> {
  const { admin } = controlPlane;
  for (let index = 0; index < OTHER_DAEMON_SETS; index++) {
    await admin.create(DAEMON_SETS, daemonSet(`other-${index}`, { nodeSelector: { other: 'yes' } }));
  }
  await admin.create(DAEMON_SETS, daemonSet('labelled', { nodeSelector: { labelled: 'yes' } }));
  // The first change is not measured: it shows that the controller has observed the DaemonSet.
  const times: number[] = [];
  for (let index = 0; index <= LABEL_CHANGES; index++) {
    const name = nodeName(index);
    const startMs = performance.now();
    await admin.replace(`/api/v1/nodes/${name}`, node(name, { labelled: 'yes' }));
    await watch.on('labelled', name);
    if (index > 0) times.push(performance.now() - startMs);
  }
  return times.sort((left, right) => left - right);
}

async function createNodes({ admin }: ControlPlane, count: number): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      await admin.create('/api/v1/nodes', node(nodeName(index)));
      // A new node receives a taint that nothing removes here.
      await admin.replace(`/api/v1/nodes/${nodeName(index)}`, node(nodeName(index)));
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, writer));
}

async function startRollcall({ kubeconfig, folder }: ControlPlane) {
  const flags = ['--plaintext', '--listen', `127.0.0.1:${await freePort()}`, '--data', join(folder, 'data')];
  const cluster = [
    '--cluster',
    'api-server',
    '--kubeconfig',
    kubeconfig,
    '--namespace',
    'default',
    '--leader-election',
  ];
  const own = ['--own', '--own-writes-per-second', '100000', '--own-write-burst', '100000'];
  const program = join(import.meta.dirname, '../../coordinator/main.js');
  const child = spawn(process.execPath, [program, ...flags, ...cluster, ...own], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  for await (const chunk of child.stdout) {
    log += String(chunk);
    if (log.includes('DaemonSet controller started')) break;
    if (child.exitCode !== null) throw new Error(`the coordinator has ended:\n${log}`);
  }
  return { pid: child.pid ?? 0, kill: () => void child.kill('SIGKILL') };
}

interface Usage {
  readonly controllerSeconds: number;
  readonly apiServerSeconds: number;
  readonly requests: number;
}

async function usageOf(controlPlane: ControlPlane, controllerPid: number): Promise<Usage> {
  return {
    controllerSeconds: secondsOf(controllerPid),
    apiServerSeconds: secondsOf(controlPlane.processIdOf('kube-apiserver')),
    requests: requestsIn(await metricsOf(controlPlane)),
  };
}

/** All requests but watches, by any client. */
function requestsIn(metrics: string): number {
  const counts = [...metrics.matchAll(/^apiserver_request_total\{(.*)\} ([0-9.e+]+)$/gm)];
  const requests = counts.filter(([, labels = '']) => !labels.includes('verb="WATCH"'));
  return requests.reduce((sum, [, , count]) => sum + Number(count), 0);
}

async function metricsOf({ url, authority }: ControlPlane): Promise<string> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  const [response] = (await once(get(`${url}/metrics`, { ca: authority, headers }), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return text;
}

function secondsOf(pid: number): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const values = fields.split(' ').map(Number);
  return ((values[11] ?? 0) + (values[12] ?? 0)) / TICKS_PER_SECOND;
}

function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

function nodeName(index: number): string {
  return `node-${String(index).padStart(4, '0')}`;
}

function node(name: string, labels: Readonly<Record<string, string>> = {}): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: {} };
}

function daemonSet(name: string, spec: object): object {
  const labels = { app: name };
  const containers = [{ name: 'daemon', image: 'example.org/daemon:1' }];
  const template = { metadata: { labels }, spec: { ...spec, containers } };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: labels }, updateStrategy: { type: 'OnDelete' }, template },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** The daemon pods that the watch has shown, by DaemonSet and node. */
class PodWatch {
  readonly #watch: ListWatch<readonly [daemonSet: string, node: string]>;
  readonly #nodes = new Map<string, Set<string>>();
  #changed: () => void = () => {};

  constructor({ admin: reader }: ControlPlane) {
    this.#watch = new ListWatch({
      reader,
      clock: systemClock,
      random: () => 0.5,
      path: '/api/v1/pods',
      keep: (object) => {
        const pod: Pod = object;
        return [pod.metadata?.labels?.['app'] ?? '', targetNodeName(pod) ?? ''] as const;
      },
      listener: { applied: (pod) => this.#applied(pod), removed: () => {}, problemChanged: () => {} },
    });
  }

  start(): Promise<void> {
    this.#watch.start();
    return this.#watch.synced;
  }

  close(): void {
    this.#watch.close();
  }

  /** Resolves when the DaemonSet has pods on so many nodes. */
  count(daemonSet: string, count: number): Promise<void> {
    return this.#until(() => (this.#nodes.get(daemonSet)?.size ?? 0) >= count);
  }

  /** Resolves when the DaemonSet has a pod on the node. */
  on(daemonSet: string, node: string): Promise<void> {
    return this.#until(() => this.#nodes.get(daemonSet)?.has(node) ?? false);
  }

  async #until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  #applied([daemonSet, node]: readonly [string, string]): void {
    const nodes = this.#nodes.get(daemonSet) ?? new Set<string>();
    nodes.add(node);
    this.#nodes.set(daemonSet, nodes);
    this.#changed();
  }
}
