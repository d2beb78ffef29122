/** Small, valid DaemonSets, nodes and clusters for the tests of plans. */
import type { DaemonSet, Node, PodSpec, Taint } from '../../shared/kubernetes/objects.ts';
import type { ClusterObjects } from '../../shared/plan/cluster-objects.ts';

export function daemonSet(name: string, podSpec: PodSpec = {}, image = 'example.org/agent:1'): DaemonSet {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'agent', image }], ...podSpec } },
    },
  };
}

export function node(name: string, labels: Record<string, string> = {}, taints: readonly Taint[] = []): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints } };
}

export function cluster(daemonSets: readonly DaemonSet[], nodes: readonly Node[]): ClusterObjects {
  return {
    daemonSets: new Map(daemonSets.map((one) => [`${one.metadata?.namespace}/${one.metadata?.name}`, one])),
    nodes: new Map(nodes.map((one) => [one.metadata?.name ?? '', one])),
  };
}
