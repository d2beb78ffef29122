/**
 * The scheduler, the kubelets and the pod garbage collector of a simulated cluster: binds daemon pods, runs them, ends those that are
 * being deleted, and removes those of nodes that are gone. One step each time it is called.
 */
import { systemClock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import type { FakeApiServer } from './fake-api-server.ts';
import type { StoredObject } from './stored-object.ts';

const PODS = '/api/v1/pods';
const NODES = '/api/v1/nodes';

export class SimulatedKubelets {
  readonly #api: FakeApiServer;

  constructor(api: FakeApiServer) {
    this.#api = api;
  }

  /** Each pod does the next thing that it has to do. */
  step(): void {
    for (const object of this.#api.store.objects(PODS)) this.#next(object);
  }

  /** Makes the pod of the DaemonSet on the node fail. */
  fail(daemonSet: string, node: string, status: { readonly reason: string; readonly message: string }): void {
    for (const object of this.#api.store.objects(PODS)) {
      const [owner] = (object as Pod).metadata?.ownerReferences ?? [];
      if (owner?.name !== daemonSet || targetNodeName(object) !== node) continue;
      this.#api.apply(PODS, { ...object, status: { phase: 'Failed', ...status, conditions: [] } });
    }
  }

  #next(object: StoredObject): void {
    const { spec = {}, status = {} }: Pod = object;
    const { name, namespace = '' } = object.metadata;
    const target = targetNodeName({ spec });
    const exists = target !== null && this.#api.store.get(NODES, target) !== undefined;
    if (object.metadata['deletionTimestamp'] !== undefined || (spec.nodeName && !exists)) {
      this.#api.remove(PODS, name, namespace);
    } else if (!spec.nodeName && exists) {
      this.#api.apply(PODS, { ...object, spec: { ...spec, nodeName: target } });
    } else if (spec.nodeName && status.phase === 'Pending') {
      this.#api.apply(PODS, { ...object, status: running(Object.values(spec.containers ?? [])) });
    }
  }
}

function running(containers: readonly { readonly name?: string }[]): object {
  const time = new Date(systemClock.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    phase: 'Running',
    startTime: time,
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: time }],
    containerStatuses: containers.map(({ name }) => ({
      name,
      ready: true,
      restartCount: 0,
      state: { running: { startedAt: time } },
    })),
  };
}
