/** What happens in the simulated cluster of `npm start -- --own`, one incident after the other. */
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import type { StoredObject } from '../simulated-cluster/stored-object.ts';
import type { OwnCluster } from './own-cluster.ts';

export interface Incident {
  /** For people. */
  readonly what: string;
  readonly happen: (cluster: OwnCluster) => void;
  /** What the coordinator has done about it, when this is true. */
  readonly isHandled: (cluster: OwnCluster) => boolean;
}

const NODES = '/api/v1/nodes';
const PODS = '/api/v1/pods';
const DAEMON_SETS = '/apis/apps/v1/daemonsets';

const MAINTENANCE = { key: 'maintenance', value: '', effect: 'NoExecute' };

export const incidents: readonly Incident[] = [
  {
    what: 'Rollcall creates the pods of all DaemonSets',
    happen: () => {},
    isHandled: isAtRest,
  },
  {
    what: 'worker-1 runs out of memory, and its kubelet evicts the pod of node-exporter',
    happen: ({ kubelets }) =>
      kubelets.fail('node-exporter', 'worker-1', {
        reason: 'Evicted',
        message: 'The node was low on resource: memory.',
      }),
    isHandled: (cluster) => isAtRest(cluster) && hasPod(cluster, 'node-exporter', 'worker-1'),
  },
  {
    what: 'gpu-2 receives the label nvidia.com/gpu.present=true',
    happen: (cluster) =>
      changeNode(cluster, 'gpu-2', ({ metadata }) => {
        metadata.labels['nvidia.com/gpu.present'] = 'true';
      }),
    isHandled: (cluster) => isAtRest(cluster) && hasPod(cluster, 'nvidia-device-plugin', 'gpu-2'),
  },
  {
    what: 'worker-2 receives the taint maintenance:NoExecute',
    happen: (cluster) =>
      changeNode(cluster, 'worker-2', ({ spec }) => {
        spec.taints = [MAINTENANCE];
      }),
    isHandled: (cluster) => isAtRest(cluster) && !hasPod(cluster, 'fluent-bit', 'worker-2'),
  },
  {
    what: 'the taint of worker-2 is removed',
    happen: (cluster) =>
      changeNode(cluster, 'worker-2', ({ spec }) => {
        spec.taints = [];
      }),
    isHandled: (cluster) => isAtRest(cluster) && hasPod(cluster, 'fluent-bit', 'worker-2'),
  },
  {
    what: 'somebody deletes the pod of kube-proxy on worker-3',
    happen: ({ api }) => {
      const pod = api.store.objects(PODS).find((object) => isPodOf(object, 'kube-proxy', 'worker-3'));
      if (pod !== undefined) api.remove(PODS, pod.metadata.name, pod.metadata.namespace);
    },
    isHandled: (cluster) => isAtRest(cluster) && hasPod(cluster, 'kube-proxy', 'worker-3'),
  },
  {
    what: 'edge-2 is removed from the cluster',
    happen: ({ api }) => api.remove(NODES, 'edge-2'),
    isHandled: (cluster) => isAtRest(cluster) && !hasPod(cluster, 'kube-proxy', 'edge-2'),
  },
];

/** Every DaemonSet has been observed as it is now, and all pods that it should have are available. */
function isAtRest({ api }: OwnCluster): boolean {
  return api.store.objects(DAEMON_SETS).every(({ metadata, status }) => {
    const counters = (status ?? {}) as Readonly<Record<string, number>>;
    const { desiredNumberScheduled: desired, numberAvailable: available = 0, numberMisscheduled = 0 } = counters;
    return (
      counters['observedGeneration'] === metadata['generation'] && desired === available && numberMisscheduled === 0
    );
  });
}

function hasPod({ api }: OwnCluster, daemonSet: string, node: string): boolean {
  return api.store.objects(PODS).some((object) => isPodOf(object, daemonSet, node));
}

function isPodOf(object: StoredObject, daemonSet: string, node: string): boolean {
  const pod: Pod = object;
  return pod.metadata?.ownerReferences?.[0]?.name === daemonSet && targetNodeName(pod) === node;
}

interface EditableNode {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: { taints: readonly object[] };
}

function changeNode({ api }: OwnCluster, name: string, change: (node: EditableNode) => void): void {
  const before = api.store.get(NODES, name);
  if (before === undefined) return;
  const node = structuredClone(before);
  change(node as unknown as EditableNode);
  api.apply(NODES, node);
}
