/**
 * Events for the journal benchmarks: those of 5,000 nodes and 100 DaemonSets that change equally often. A node change is a row with
 * the facts of the node and a decision for each DaemonSet; a DaemonSet change is a row with the DaemonSet record and a decision for
 * each node. Every decision reverses the previous decision for the pair.
 */
import type { DecisionEvent, NewEvent } from '../../shared/journal-format/events.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { SeededRandom } from './random.ts';

export const NODES = 5_000;
export const DAEMON_SETS = 100;

export function nodeName(number: number): string {
  return `ip-10-${Math.floor(number / 256)}-${number % 256}-7.eu-west-1.compute.internal`;
}

export function daemonSetKey(number: number): string {
  return `${number % 4 === 0 ? 'kube-system' : 'monitoring'}/daemon-${number}`;
}

export class ChangeGenerator {
  readonly #random = new SeededRandom(3);
  /** 1 if the verdict of the pair is `run`, by the number of the pair. */
  readonly #runs = new Uint8Array(NODES * DAEMON_SETS);
  readonly #names = Array.from({ length: NODES }, (_, number) => nodeName(number));
  readonly #keys = Array.from({ length: DAEMON_SETS }, (_, number) => daemonSetKey(number));

  /** The events of one change, whose first row gets this revision. */
  next(revision: number): NewEvent[] {
    if (this.#random.chance(0.5)) {
      const node = this.#random.below(NODES);
      const decisions = this.#keys.map((_, daemonSet) => this.#decide(node, daemonSet, revision));
      return [this.#changedNode(node, revision), ...decisions];
    }
    const daemonSet = this.#random.below(DAEMON_SETS);
    const decisions = this.#names.map((_, node) => this.#decide(node, daemonSet, revision));
    return [this.#changedDaemonSet(daemonSet, revision), ...decisions];
  }

  /** A single decision for a random pair. */
  single(): DecisionEvent {
    return this.#decide(this.#random.below(NODES), this.#random.below(DAEMON_SETS), 0);
  }

  #decide(node: number, daemonSet: number, revision: number): DecisionEvent {
    const pair = node * DAEMON_SETS + daemonSet;
    const wasRunning = this.#runs[pair] === 1;
    this.#runs[pair] = wasRunning ? 0 : 1;
    return {
      kind: 'decision',
      occurredMs: Date.now(),
      cause: { trigger: 'node-report', revision, actor: 'kubectl-label' },
      node: this.#names[node] ?? '',
      daemonSet: this.#keys[daemonSet] ?? '',
      from: wasRunning ? 'run' : 'none',
      to: wasRunning ? 'none' : 'run',
      engineVersion: '1',
    };
  }

  #changedNode(number: number, revision: number): NewEvent {
    const name = this.#names[number] ?? '';
    return {
      kind: 'node',
      action: 'changed',
      node: name,
      facts: facts(name, revision),
      origin: 'agent',
      source: 'api-server',
      changes: [{ field: 'metadata.labels.pool', from: 'a', to: 'b' }],
      occurredMs: Date.now(),
      cause: { trigger: 'node-report', revision: 0, actor: 'kubectl-label' },
    };
  }

  #changedDaemonSet(number: number, revision: number): NewEvent {
    const key = this.#keys[number] ?? '';
    const [namespace, name] = key.split('/');
    const nodeSelector = { 'kubernetes.io/os': 'linux', pool: `pool-${revision % 7}` };
    const placement = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace },
      spec: { template: { spec: { nodeSelector, tolerations: [{ operator: 'Exists' }] } } },
    };
    const digest = revision.toString(16).padStart(64, '0');
    return {
      kind: 'daemon-set',
      action: 'changed',
      daemonSet: key,
      record: {
        key,
        uid: `uid-${key}`,
        generation: revision,
        templateRevision: `${revision}`,
        minReadySeconds: 0,
        surge: false,
        needs: { requests: { cpu: 100, memory: 200 * 2 ** 20 }, hostPorts: [] },
        images: { daemon: `registry.example/daemon:${revision}` },
        placement,
        digest,
        source: 'api-server',
      },
      problems: [],
      changes: [{ field: 'spec.template.spec.nodeSelector.pool', from: 'a', to: 'b' }],
      occurredMs: Date.now(),
      cause: { trigger: 'daemon-set-change', revision: 0, actor: 'helm' },
    };
  }
}

function facts(name: string, revision: number): NodeFacts {
  const labels = Object.fromEntries(
    Array.from({ length: 12 }, (_, label) => [`example.com/label-${label}`, `value-${(revision + label) % 97}`]),
  );
  const condition = (type: string, status: string) => ({ type, status, reason: 'KubeletReports', message: '' });
  return {
    name,
    uid: `uid-${name}`,
    labels: { ...labels, 'kubernetes.io/hostname': name },
    taints: [{ key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }],
    unschedulable: false,
    conditions: [condition('MemoryPressure', 'False'), condition('Ready', 'True')],
    versions: {
      kubelet: 'v1.35.0',
      kernel: '6.1.0',
      containerRuntime: 'containerd://2.0.0',
      osImage: 'Debian GNU/Linux 12',
      operatingSystem: 'linux',
      architecture: 'amd64',
    },
    resourceVersion: String(revision),
    allocatable: { cpu: 4000, memory: 16 * 2 ** 30, pods: 110 },
  };
}
