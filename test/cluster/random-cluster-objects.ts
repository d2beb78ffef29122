/** A random cluster as Kubernetes objects, written to an API server. */
import type { AdminClient } from '../api-server/admin-client.ts';
import type { ClusterDaemonSet, ClusterNode, Write } from './random-cluster.ts';

const NODES = '/api/v1/nodes';
const DAEMON_SETS = '/apis/apps/v1/namespaces/default/daemonsets';
const CONNECTIONS = 16;

/** Writes all objects, with several concurrent requests. */
export async function writeAll(admin: AdminClient, writes: readonly Write[]): Promise<void> {
  const waiting = [...writes];
  const writer = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await write(admin, next);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, writer));
}

async function write(admin: AdminClient, change: Write): Promise<void> {
  const { collection, object, name } =
    'node' in change
      ? { collection: NODES, object: nodeObject(change.node), name: change.node.name }
      : { collection: DAEMON_SETS, object: daemonSetObject(change.daemonSet), name: change.daemonSet.name };
  if (change.kind === 'remove') return admin.remove(`${collection}/${name}`);
  if (change.kind === 'create') await admin.create(collection, object);
  // A new node receives a taint that nothing removes here.
  if (change.kind === 'put' || 'node' in change) await admin.replace(`${collection}/${name}`, object);
}

function nodeObject({ name, labels, taints, unschedulable }: ClusterNode): object {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints, unschedulable } };
}

function daemonSetObject(daemonSet: ClusterDaemonSet): object {
  const { name, incarnation, placement, image, revisionHistoryLimit, minReadySeconds } = daemonSet;
  // Unique labels, so that it adopts no pod of its predecessor.
  const labels = { app: name, incarnation: String(incarnation) };
  const containers = [{ name: 'daemon', image: `example.org/daemon:${image}` }];
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'default' },
    spec: {
      selector: { matchLabels: labels },
      revisionHistoryLimit,
      minReadySeconds,
      template: { metadata: { labels }, spec: { ...placement, containers } },
    },
  };
}
