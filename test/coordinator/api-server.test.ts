/** A coordinator with a real API server: its start, its answers, and its behaviour while the API server is unreachable. */
import { join } from 'node:path';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Coordinator } from '../../coordinator/lifecycle.ts';
import { systemClock } from '../../shared/clock.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { daemonSet } from '../evaluation/world.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { ask, Query } from '../server/running-coordinator.ts';
import { startWith } from './start-with.ts';

const PATIENCE_MS = 60_000;
const NODES = '/api/v1/nodes';
const DAEMON_SETS = '/apis/apps/v1/namespaces/default/daemonsets';
const node = (name: string, labels = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });

function start(kubeconfig: string): Promise<Coordinator> {
  const settings = {
    data: join(temporaryFolder(), 'data'),
    cluster: 'api-server',
    kubeconfig,
    startGraceMs: 0,
    reflection: false,
  } as const;
  return startWith(settings, systemClock);
}

describe.skipIf(!hasControlPlane)('a coordinator on a real API server', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane({ controllers: 'daemonset' });
  }, START_PATIENCE_MS * 2);
  afterAll(() => controlPlane?.stop());

  it('knows the inventory, keeps answering while the API server is unreachable, and catches up', {
    timeout: PATIENCE_MS * 4,
  }, async () => {
    const { admin } = controlPlane;
    await admin.create(NODES, node('n1', { disk: 'ssd' }));
    await admin.create(NODES, node('n2'));
    const spec = { nodeSelector: { disk: 'ssd' }, tolerations: [{ operator: 'Exists' }] };
    await admin.create(DAEMON_SETS, daemonSet('default/a', spec));

    const coordinator = await start(controlPlane.kubeconfig);
    const client = new QueryService(`127.0.0.1:${coordinator.port}`, credentials.createInsecure());
    const selected = async () => {
      const { daemonSets } = await ask(client, Query.ListDaemonSets, {});
      return daemonSets.map(({ daemonSet: named, counts }) => `${named?.name} ${counts?.selected}`);
    };
    const problems = async () => (await ask(client, Query.GetStatus, {})).problems.length;
    expect(await selected()).toEqual(['a 1']);
    const { nodes } = await ask(client, Query.ListNodes, {});
    expect(nodes.map(({ facts }) => facts?.node?.name ?? '').sort()).toEqual(['n1', 'n2']);

    await controlPlane.stopApiServer();
    await until('the problem is reported', PATIENCE_MS, async () => (await problems()) > 0);
    expect(await selected()).toEqual(['a 1']);

    await controlPlane.startApiServer();
    await admin.replace(`${NODES}/n2`, node('n2', { disk: 'ssd' }));
    await until('the change is decided', PATIENCE_MS, async () => (await selected())[0] === 'a 2');
    await until('the problem is resolved', PATIENCE_MS, async () => (await problems()) === 0);

    const { events } = await ask(client, Query.ListEvents, { pageSize: 1_000, oldestFirst: true });
    expect(events.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^default\/a on n2: none → run/));
    client.close();
    await coordinator.stop();
  });
});
