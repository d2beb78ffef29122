/** The coordinator as the DaemonSet controller of a real API server without the built-in one. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Coordinator } from '../../coordinator/lifecycle.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { startWith } from '../coordinator/start-with.ts';
import { daemonSet } from '../evaluation/world.ts';
import { eventually } from '../fakes/eventually.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { writeKubeconfig } from '../fakes/kubeconfig-file.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const PATIENCE_MS = 60_000;
const NODES = '/api/v1/nodes';
const DAEMON_SETS = '/apis/apps/v1/namespaces/default/daemonsets';
const PODS = '/api/v1/namespaces/default/pods';

describe.skipIf(!hasControlPlane)('a coordinator that owns DaemonSets on a real API server', () => {
  let controlPlane: ControlPlane;
  let coordinator: Coordinator;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    const settings = {
      data: join(controlPlane.folder, 'data'),
      cluster: 'api-server',
      kubeconfig: controlPlane.kubeconfig,
      namespace: 'default',
      leaderElection: true,
      own: true,
      reflection: false,
    } as const;
    coordinator = await startWith(settings, systemClock);
  }, START_PATIENCE_MS * 2);

  afterAll(async () => {
    await coordinator?.stop();
    await controlPlane?.stop();
  });

  async function podsOf(name: string): Promise<Pod[]> {
    const { items } = await controlPlane.admin.get(PODS);
    return (items as Pod[]).filter(({ metadata }) => metadata?.ownerReferences?.[0]?.name === name);
  }

  const nodesOf = async (name: string) => (await podsOf(name)).map((pod) => targetNodeName(pod) ?? '').sort();

  it('creates a pod on each matching node, and deletes it when the node does not match any more', {
    timeout: PATIENCE_MS * 3,
  }, async () => {
    const { admin } = controlPlane;
    const node = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    await admin.create(NODES, node('n1', { disk: 'ssd' }));
    await admin.create(NODES, node('n2'));
    await admin.create(NODES, node('n3', { disk: 'ssd' }));
    const spec = { nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] };
    await admin.create(DAEMON_SETS, daemonSet('default/a', spec));
    await until('both pods exist', PATIENCE_MS, async () => (await podsOf('a')).length === 2);
    expect(await nodesOf('a')).toEqual(['n1', 'n3']);
    await admin.replace(`${NODES}/n2`, node('n2', { disk: 'ssd' }));
    await until('the third pod exists', PATIENCE_MS, async () => (await podsOf('a')).length === 3);
    await admin.replace(`${NODES}/n3`, node('n3'));
    await until('a pod is deleted', PATIENCE_MS, async () => (await podsOf('a')).length === 2);
    expect(await nodesOf('a')).toEqual(['n1', 'n2']);
  });
});

describe('a coordinator that is stopped while it looks for another controller', () => {
  it('deletes its probe, and writes nothing after that', { timeout: PATIENCE_MS }, async () => {
    const api = await startFakeApiServer();
    const folder = temporaryFolder();
    const coordinator = await startWith(
      {
        data: join(folder, 'data'),
        cluster: 'api-server',
        kubeconfig: writeKubeconfig(folder, api.access.url),
        namespace: 'default',
        leaderElection: true,
        own: true,
        reflection: false,
      },
      systemClock,
    );
    await eventually(() => api.store.objects('/apis/apps/v1/daemonsets').length === 1);
    await coordinator.stop();
    expect(api.store.objects('/apis/apps/v1/daemonsets')).toEqual([]);
    const writes = api.requests.filter(({ method, path }) => method !== 'GET' && !path.includes('/leases'));
    expect(writes.map(({ method }) => method)).toEqual(['POST', 'DELETE']);
  });
});

describe.skipIf(!hasControlPlane)('beside the built-in DaemonSet controller', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'daemonset' });
  }, START_PATIENCE_MS * 2);
  afterAll(() => controlPlane?.stop());

  it('refuses to own DaemonSets, with one sentence, and leaves nothing behind', { timeout: PATIENCE_MS }, async () => {
    const coordinator = await startWith(
      {
        data: join(controlPlane.folder, 'data'),
        cluster: 'api-server',
        kubeconfig: controlPlane.kubeconfig,
        namespace: 'default',
        leaderElection: true,
        own: true,
        reflection: false,
      },
      systemClock,
    );
    expect(await coordinator.mustStop).toBe(
      'another DaemonSet controller acts on this cluster, so --own is refused; ' +
        'start kube-controller-manager with --controllers=*,-daemonset',
    );
    await coordinator.stop();
    const { items } = await controlPlane.admin.get(DAEMON_SETS);
    expect(items).toEqual([]);
  });
});
