/**
 * The scheduler and the kubelets of a cluster without machines: binds daemon pods, runs them and removes those that are
 * being deleted, one step each time it is called. What it does on a node follows from the number in the node's name.
 */
import { ListWatch } from '../../shared/api-server/list-watch.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import type { AdminClient } from '../api-server/admin-client.ts';

const ROLES = 8;

export class ScriptedKubelet {
  readonly #admin: AdminClient;
  readonly #pods = new Map<string, RawObject>();
  readonly #watch: ListWatch<RawObject>;
  /** Whether the pods that hang stay as they are. */
  holds = true;

  constructor(admin: AdminClient) {
    this.#admin = admin;
    this.#watch = new ListWatch<RawObject>({
      reader: admin,
      clock: systemClock,
      random: () => 0.5,
      path: '/api/v1/pods',
      keep: (object) => object,
      listener: {
        applied: (pod) => void this.#pods.set(pathOf(pod), pod),
        removed: (pod) => void this.#pods.delete(pathOf(pod)),
        problemChanged: () => {},
      },
    });
  }

  /** Pods on this node are never bound. */
  static leavesUnscheduled(node: string): boolean {
    return roleOf(node) === 0;
  }

  start(): Promise<void> {
    this.#watch.start();
    return this.#watch.synced;
  }

  close(): void {
    this.#watch.close();
  }

  /** What waits longest is done by the time this resolves; a pod that changed meanwhile is left to the next step. */
  async step(): Promise<void> {
    const due = [...this.#pods].flatMap(([path, pod]) => this.#next(path, pod) ?? []);
    await Promise.all(due.map((write) => write().catch(() => {})));
  }

  #next(path: string, pod: RawObject): (() => Promise<unknown>) | null {
    const { spec = {}, status = {} } = pod as Pod;
    const node = targetNodeName(pod) ?? '';
    const isBound = Boolean(spec.nodeName);
    if ('deletionTimestamp' in pod.metadata) {
      return isBound && !(this.holds && roleOf(node) === 2) ? () => this.#admin.remove(path) : null;
    }
    if (ScriptedKubelet.leavesUnscheduled(node)) return null;
    if (!isBound) return () => this.#admin.create(`${path}/binding`, bindingOf(pod, node));
    const isToBeReady = !(this.holds && roleOf(node) === 1);
    const isReady = status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
    if (status.phase === 'Running' && isReady === isToBeReady) return null;
    return () => this.#admin.replace(`${path}/status`, { ...pod, status: runningStatus(isToBeReady) });
  }
}

function roleOf(node: string): number {
  return Number(/\d+$/.exec(node)?.[0] ?? 0) % ROLES;
}

function pathOf({ metadata: { namespace, name } }: RawObject): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

function bindingOf({ metadata: { namespace, name } }: RawObject, node: string): object {
  return { apiVersion: 'v1', kind: 'Binding', metadata: { namespace, name }, target: { kind: 'Node', name: node } };
}

function runningStatus(isReady: boolean): object {
  const lastTransitionTime = new Date(systemClock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  return { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime }] };
}
