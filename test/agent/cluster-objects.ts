/** A node and its pods as in an API server, including fields that agents ignore. */
export const NODES = '/api/v1/nodes';
export const PODS = '/api/v1/pods';

export interface NodeChanges {
  readonly labels?: Record<string, string>;
  readonly heartbeat?: string;
  readonly images?: readonly string[];
}

export function clusterNode(name: string, { labels = {}, heartbeat = '00', images = [] }: NodeChanges = {}) {
  const condition = {
    type: 'Ready',
    status: 'True',
    reason: 'KubeletReady',
    message: 'kubelet is posting ready status',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
      conditions: [{ ...condition, lastHeartbeatTime: `2026-01-01T00:00:${heartbeat}Z` }],
      images: images.map((image) => ({ names: [image], sizeBytes: 1 })),
    },
  };
}

export interface PodChanges {
  readonly node?: string;
  readonly ready?: boolean;
  /** Other fields that a kubelet writes. */
  readonly podIP?: string;
}

export function clusterPod(name: string, { node = 'n1', ready = true, podIP = '10.0.0.1' }: PodChanges = {}) {
  const status = ready ? 'True' : 'False';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { 'controller-revision-hash': 'r1', app: 'agent' },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'agent', uid: 'u1', controller: true }],
    },
    spec: {
      nodeName: node,
      containers: [
        {
          name: 'c',
          image: 'agent:1',
          env: [{ name: 'PASSWORD', value: 'secret' }],
          resources: { requests: { cpu: '100m' } },
        },
      ],
    },
    status: {
      phase: 'Running',
      podIP,
      conditions: [{ type: 'Ready', status, lastProbeTime: null, lastTransitionTime: '2026-01-01T00:00:00Z' }],
      containerStatuses: [{ name: 'c', ready, restartCount: 0, state: { running: { startedAt: podIP } } }],
    },
  };
}
