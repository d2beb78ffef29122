/** An API server as the source of the cluster: what is emitted, and when. */
import { describe, expect, it } from 'vitest';
import { eventually } from '../fakes/eventually.ts';
import {
  DAEMON_SETS,
  daemonSet,
  heard,
  NODES,
  REVISIONS,
  revision,
  site,
  synced,
  template,
  withRevision,
} from './api-server-site.ts';

describe('an API server as the source', () => {
  it('emits the whole cluster and then reports it as synced', async () => {
    const { server, source, listener } = await site((filled) => {
      withRevision(filled);
      filled.apply(NODES, { metadata: { name: 'n1', labels: { zone: 'a' } } });
    });
    source.start(listener);
    await eventually(() => listener.unreadPaths !== undefined);
    expect(listener.take().toSorted()).toEqual(['applied default/a', 'node applied n1', 'synced 0']);
    expect(listener.nodes.get('n1')).toMatchObject({
      facts: { name: 'n1', labels: { zone: 'a' }, resourceVersion: expect.stringMatching(/^\d+$/) },
      source: `${server.access.url}/api/v1/nodes/n1`,
    });
  });

  it.each([NODES, DAEMON_SETS, REVISIONS])('is not synced before %s has been listed', async (path) => {
    const { server, source, listener, clock } = await site(withRevision);
    server.fault({ status: 503 }, (request) => request.path === path);
    source.start(listener);
    await eventually(() => server.openWatches.length === 3);
    expect(listener.unreadPaths).toBeUndefined();
    expect(listener.applied.size).toBe(0);
    await eventually(
      () => listener.unreadPaths !== undefined,
      () => clock.advance(200),
    );
    expect(listener.applied.get('default/a')?.templateRevision).toBe('hash1');
  });

  it('reports who last changed an object, and when, ignoring later changes of its status', async () => {
    const made = await synced();
    const managedFields = [
      { manager: 'helm', time: '2026-03-01T10:00:00Z', fieldsV1: { 'f:spec': {} } },
      { manager: 'kubectl-edit', time: '2026-03-02T10:00:00Z', fieldsV1: { 'f:spec': {} } },
      { manager: 'kube-controller-manager', time: '2026-03-03T10:00:00Z', fieldsV1: { 'f:status': {} } },
    ];
    made.server.apply(REVISIONS, revision('hash1', 'a:1', 1));
    const object = daemonSet('a:1');
    made.server.apply(DAEMON_SETS, { ...object, metadata: { ...object.metadata, managedFields } });
    await eventually(() => made.listener.applied.size === 1);
    expect(made.listener.applied.get('default/a')).toMatchObject({
      actor: 'kubectl-edit',
      changedMs: Date.parse('2026-03-02T10:00:00Z'),
    });
    expect(JSON.stringify(made.listener.applied.get('default/a'))).not.toContain('managedFields');
  });

  it('emits nothing when only the status changes', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, { ...daemonSet('a:1'), status: { observedGeneration: 1, numberReady: 7 } });
    expect(await heard(made)).toEqual([]);
  });

  it('accepts every DaemonSet that the API server accepted, with warnings where validation fails', async () => {
    const made = await synced();
    const object = daemonSet('a:1');
    const tolerations = [{ key: 'level', operator: 'Gt', value: '3', effect: 'NoSchedule' }];
    made.server.apply(DAEMON_SETS, { ...object, spec: { ...object.spec, template: template('a:1', { tolerations }) } });
    await eventually(
      () => made.listener.applied.size === 1,
      () => made.clock.advance(100),
    );
    expect(made.listener.rejected.size).toBe(0);
    expect(made.listener.applied.get('default/a')?.warnings).toEqual([
      expect.objectContaining({ fieldPath: 'spec.template.spec.tolerations[0].operator' }),
    ]);
  });

  it('emits the removal of a DaemonSet that is terminating or deleted', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { deletionTimestamp: '2026-03-01T10:00:00Z' }));
    await eventually(() => made.listener.applied.size === 0);
    made.server.remove(DAEMON_SETS, 'a', 'default');
    expect([...made.listener.take(), ...(await heard(made))]).toEqual(['removed default/a']);
  });

  it('emits a re-created DaemonSet as removed and added', async () => {
    const made = await synced(withRevision);
    made.server.remove(DAEMON_SETS, 'a', 'default');
    made.server.apply(REVISIONS, revision('hash1', 'a:1', 1, 'uid-b'));
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { uid: 'uid-b' }));
    await eventually(() => made.listener.applied.size === 1 && made.listener.callCount === 2);
    expect(made.listener.take()).toEqual(['removed default/a', 'applied default/a']);
  });

  it('emits the removal of a node', async () => {
    const made = await synced((server) => server.apply(NODES, { metadata: { name: 'n1' } }));
    made.server.remove(NODES, 'n1');
    expect(await heard(made)).toEqual(['node removed n1']);
  });

  it('keeps its state while the API server is unreachable, and reports the problem with its start time until it is resolved', async () => {
    const made = await synced(withRevision);
    const awayMs = made.clock.nowMs();
    await made.server.stop();
    await eventually(
      () => made.listener.problems.length === 4,
      () => made.clock.advance(500),
    );
    expect(made.listener.applied.size).toBe(1);
    expect(made.listener.problems.map(({ code }) => code)).toEqual(Array(4).fill('unreachable'));
    const [first] = made.listener.problems;
    const since = /since (\S+):/.exec(first?.message ?? '')?.[1] ?? '';
    expect(Date.parse(since) - awayMs).toBeLessThan(5_000);
    await made.server.start();
    await eventually(
      () => made.listener.problems.length === 0,
      () => made.clock.advance(500),
    );
    expect(made.listener.take().filter((line) => line.startsWith('applied'))).toEqual([]);
  });
});
