/** One of the two clusters on which a scenario is played: its namespace, its nodes, and what an administrator and a kubelet do there. */
import { ApiServerError } from '../../../shared/api-server/api-server-error.ts';
import type { RawObject } from '../../../shared/api-server/watch-event.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { Pod } from '../../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../../shared/kubernetes/target-node-name.ts';
import type { AdminClient } from '../../api-server/admin-client.ts';

type Fields = Record<string, unknown>;

/** A pod with everything that the API server returned. */
export type PodObject = Pod & RawObject;

/** What a DaemonSet has beyond its containers and its selector. */
export interface DaemonSetOptions {
  readonly pod?: Fields;
  readonly spec?: Fields;
  /** Of its pods. */
  readonly metadata?: Fields;
  readonly labels?: Fields;
  readonly annotations?: Fields;
}

/** What a kubelet does with a pod in each step: nothing, run it, or end it when it is being deleted. */
export interface KubeletRules {
  /** Pods that stay Pending. */
  readonly leavesPending?: (pod: PodObject) => boolean;
  /** Pods that stay while they are being deleted. */
  readonly keepsTerminating?: (pod: PodObject) => boolean;
  readonly isReady?: (pod: PodObject) => boolean;
}

export class Side {
  readonly scenario: string;
  readonly #admin: AdminClient;
  rules: KubeletRules = {};

  constructor(admin: AdminClient, scenario: string) {
    this.#admin = admin;
    this.scenario = scenario;
  }

  /** The full name of a node of this scenario. */
  nodeName(short: string): string {
    return `${this.scenario}-${short}`;
  }

  async createNamespace(): Promise<void> {
    await this.#admin.create('/api/v1/namespaces', { metadata: { name: this.scenario } });
  }

  /** A node without the taint that the API server adds to new nodes. */
  async addNode(short: string, { labels = {}, taints = [] as object[], unschedulable = false } = {}): Promise<void> {
    const metadata = { name: this.nodeName(short), labels: { scenario: this.scenario, ...labels } };
    const node = { apiVersion: 'v1', kind: 'Node', metadata, spec: { taints, unschedulable } };
    await this.#admin.create('/api/v1/nodes', node);
    await this.#admin.replace(`/api/v1/nodes/${metadata.name}`, node);
  }

  changeNode(
    short: string,
    change: (node: { metadata: { labels: Record<string, string> }; spec: Fields }) => void,
  ): Promise<void> {
    return this.#change(`/api/v1/nodes/${this.nodeName(short)}`, (node) => change(node as never));
  }

  removeNode(short: string): Promise<void> {
    return this.#admin.remove(`/api/v1/nodes/${this.nodeName(short)}`);
  }

  /** Creates a DaemonSet that selects the nodes of this scenario, unless the spec of its pods says otherwise. */
  async apply(
    name: string,
    { pod = {}, spec = {}, metadata = {}, labels = {}, annotations = {} }: DaemonSetOptions = {},
  ): Promise<void> {
    const podLabels = { app: name, ...labels };
    const containers = [{ name: 'daemon', image: 'example.org/daemon:1' }];
    const nodeSelector = { scenario: this.scenario, ...(pod['nodeSelector'] as object | undefined) };
    await this.#admin.create(this.#path('daemonsets'), {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name, namespace: this.scenario, annotations },
      spec: {
        selector: { matchLabels: { app: name } },
        updateStrategy: { type: 'OnDelete' },
        ...spec,
        template: { metadata: { ...metadata, labels: podLabels }, spec: { containers, ...pod, nodeSelector } },
      },
    });
  }

  changeDaemonSet(
    name: string,
    change: (spec: Fields & { template: { metadata: Fields; spec: Fields } }) => void,
  ): Promise<void> {
    return this.#change(`${this.#path('daemonsets')}/${name}`, ({ spec }) => change(spec as never));
  }

  /** `orphan` leaves the pods. */
  async deleteDaemonSet(name: string, { orphan = false } = {}): Promise<void> {
    await this.#admin.removeWith(`${this.#path('daemonsets')}/${name}`, orphan ? 'Orphan' : 'Background');
  }

  async createPod(pod: Fields): Promise<void> {
    await this.#admin.create(this.#path('pods'), pod);
  }

  /** A pod by hand, with the labels and the owner of another one. */
  async createCopy(pod: PodObject | undefined, name: string, changes: Fields = {}): Promise<void> {
    if (pod === undefined) throw new Error('there is no pod to copy');
    const { labels, ownerReferences } = pod.metadata;
    await this.createPod({ metadata: { name, labels, ownerReferences }, spec: { ...pod.spec, ...changes } });
  }

  /** Changes every pod on these nodes that exists now. */
  async changePods(nodes: readonly string[], change: (pod: PodObject) => void): Promise<void> {
    for (const pod of await this.#podsOn(nodes))
      await this.#change(this.#podPath(pod), (live) => change(live as PodObject));
  }

  /** Sets the status of every pod on these nodes. */
  async setStatus(nodes: readonly string[], status: Fields): Promise<void> {
    for (const pod of await this.#podsOn(nodes)) {
      await this.#change(
        this.#podPath(pod),
        (live) => Object.assign(live, { status: { ...(live['status'] as Fields), ...status } }),
        '/status',
      );
    }
  }

  /** Requests the deletion of every pod on these nodes, as a user does. */
  async deletePods(nodes: readonly string[]): Promise<void> {
    for (const pod of await this.#podsOn(nodes)) await this.#admin.removeWith(this.#podPath(pod), 'Background', null);
  }

  pods(): Promise<PodObject[]> {
    return this.#list('pods');
  }

  revisions(): Promise<RawObject[]> {
    return this.#list('controllerrevisions');
  }

  daemonSets(): Promise<RawObject[]> {
    return this.#list('daemonsets');
  }

  /** Binds pods, runs them and ends those that are being deleted, one step each. */
  async kubeletStep(): Promise<void> {
    for (const pod of await this.pods()) await this.#kubelet(pod).catch(ignoreRaces);
  }

  /** Makes the controller look at every DaemonSet again. The built-in one does not react to the removal of a node. */
  async nudge(): Promise<void> {
    for (const { metadata } of await this.daemonSets()) {
      const change = this.changeDaemonSet(metadata.name, (spec) => {
        spec['revisionHistoryLimit'] = spec['revisionHistoryLimit'] === 20 ? 21 : 20;
      });
      await change.catch(ignoreRaces);
    }
  }

  async #kubelet(pod: PodObject): Promise<void> {
    const { leavesPending, keepsTerminating, isReady = () => true } = this.rules;
    const node = targetNodeName(pod);
    const isBound = Boolean(pod.spec?.nodeName);
    const path = this.#podPath(pod);
    if (pod.metadata['deletionTimestamp'] !== undefined) {
      if (keepsTerminating?.(pod) !== true) await this.#admin.remove(path);
      return;
    }
    if (node === null || leavesPending?.(pod) === true) return;
    const phase = pod.status?.phase;
    if (!isBound) {
      const target = { apiVersion: 'v1', kind: 'Node', name: node };
      await this.#admin.create(`${path}/binding`, {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: { name: pod.metadata.name },
        target,
      });
    } else if (phase === 'Pending' || (phase === 'Running' && isReadyNow(pod) !== isReady(pod))) {
      await this.#admin.replace(`${path}/status`, { ...pod, status: running(isReady(pod)) });
    }
  }

  async #podsOn(nodes: readonly string[]): Promise<PodObject[]> {
    const names = new Set(nodes.map((short) => this.nodeName(short)));
    return (await this.pods()).filter((pod) => names.has(targetNodeName(pod) ?? ''));
  }

  async #list(resource: string): Promise<RawObject[]> {
    const { items } = await this.#admin.get(this.#path(resource));
    return (items ?? []) as RawObject[];
  }

  #path(resource: string): string {
    const group = resource === 'daemonsets' || resource === 'controllerrevisions' ? '/apis/apps/v1' : '/api/v1';
    return `${group}/namespaces/${this.scenario}/${resource}`;
  }

  #podPath({ metadata: { name } }: PodObject): string {
    return `${this.#path('pods')}/${name}`;
  }

  async #change(path: string, change: (object: Fields) => void, subresource = ''): Promise<void> {
    for (;;) {
      const object = await this.#admin.get(path);
      change(object);
      try {
        await this.#admin.replace(`${path}${subresource}`, object);
        return;
      } catch (error) {
        if (!(error instanceof ApiServerError && error.failure === 'conflict')) throw error;
      }
    }
  }
}

function isReadyNow({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

function running(isReady: boolean): object {
  const time = new Date(systemClock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: time }],
  };
}

/** An object can be deleted between the list and the write. */
function ignoreRaces(error: unknown): void {
  if (!(error instanceof ApiServerError && ['missing', 'conflict', 'invalid'].includes(error.failure))) throw error;
}
