/** Daemon pods that the scheduler has not bound, as the source emits them. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../fakes/eventually.ts';
import type { FakeApiServer } from '../fakes/fake-api-server.ts';
import { site, synced, withRevision } from './api-server-site.ts';

describe('a daemon pod that is not bound to a node', () => {
  const PODS = '/api/v1/pods';
  const required = {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
  };

  function unboundPod(
    name: string,
    { owner = 'DaemonSet', refused = true, ...metadata }: Record<string, unknown> = {},
  ) {
    const message = '0/1 nodes are available: 1 Insufficient cpu.';
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    return {
      metadata: {
        namespace: 'default',
        name,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: String(owner), name: 'a', uid: 'uid-a', controller: true }],
        ...metadata,
      },
      spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } },
      status: { phase: 'Pending', ...(refused === true && { conditions: [condition] }) },
    };
  }

  it('is emitted for its target node with the message of the scheduler', async () => {
    const made = await synced(withRevision);
    made.server.apply(PODS, unboundPod('a-1', { refused: false }));
    await eventually(() => made.listener.unbound.get('n1')?.length === 1);
    expect(made.listener.unbound.get('n1')).toMatchObject([
      { podName: 'a-1', phase: 'Pending', waitingReason: '', unscheduled: true },
    ]);
    made.server.apply(PODS, unboundPod('web', { owner: 'ReplicaSet' }));
    made.server.apply(PODS, unboundPod('a-1'));
    await eventually(() => made.listener.unbound.get('n1')?.[0]?.waitingReason !== '');
    expect(made.listener.unbound.get('n1')).toMatchObject([
      {
        daemonSet: 'default/a',
        podName: 'a-1',
        waitingReason: 'Unschedulable',
        waitingMessage: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    ]);
  });

  it.each([
    ['bound', (server: FakeApiServer) => server.apply(PODS, { ...unboundPod('a-1'), spec: { nodeName: 'n1' } })],
    ['deleted', (server: FakeApiServer) => server.remove(PODS, 'a-1', 'default')],
  ])('is no longer emitted once it is %s', async (_, act) => {
    const made = await synced(withRevision);
    made.server.apply(PODS, unboundPod('a-1'));
    await eventually(() => made.listener.unbound.get('n1')?.length === 1);
    act(made.server);
    await eventually(() => made.listener.unbound.get('n1')?.length === 0);
    expect(made.listener.problems).toEqual([]);
  });

  it('is reported as terminating while it is being deleted', async () => {
    const made = await synced(withRevision);
    made.server.apply(PODS, unboundPod('a-1', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    await eventually(() => made.listener.unbound.get('n1')?.length === 1);
    expect(made.listener.unbound.get('n1')).toMatchObject([{ podName: 'a-1', terminating: true }]);
  });

  it('does not delay the sync: without the right to list pods, the rest is emitted and the problem is reported', async () => {
    const { server, source, listener } = await site(withRevision);
    for (let times = 0; times < 3; times++) server.fault({ status: 403 }, ({ path }) => path === PODS);
    source.start(listener);
    await eventually(() => listener.unreadPaths !== undefined && listener.problems.length > 0);
    expect(listener.problems).toMatchObject([
      { code: 'denied', message: expect.stringMatching(/^\/api\/v1\/pods is not up to date/) },
    ]);
    expect(listener.applied.has('default/a')).toBe(true);
  });
});
