/** The cluster as an API server tells it: what is told of it, when, and when nothing is. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiServerSource, REVISION_PATIENCE_MS } from '../../coordinator/cluster/api-server-source.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { createLogger } from '../../shared/logging.ts';
import { eventually } from '../fakes/eventually.ts';
import { type FakeApiServer, startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { RecordingListener } from './recording-listener.ts';

const NODES = '/api/v1/nodes';
const DAEMON_SETS = '/apis/apps/v1/daemonsets';
const REVISIONS = '/apis/apps/v1/controllerrevisions';

const template = (image: string, extra = {}) => ({
  metadata: { creationTimestamp: null, labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image, resources: {} }], ...extra },
});

interface Metadata {
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly uid?: string;
  readonly deletionTimestamp?: string;
}

function daemonSet(image: string, changes: Metadata = {}) {
  const { generation = 1, observedGeneration = generation, ...metadata } = changes;
  return {
    metadata: { namespace: 'default', name: 'a', uid: 'uid-a', generation, ...metadata },
    spec: { selector: { matchLabels: { app: 'a' } }, template: template(image) },
    status: { observedGeneration },
  };
}

function revision(hash: string, image: string, number: number, uid = 'uid-a') {
  return {
    metadata: {
      namespace: 'default',
      name: `a-${hash}`,
      labels: { 'controller-revision-hash': hash },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'a', uid, controller: true }],
    },
    data: { spec: { template: { $patch: 'replace', ...template(image) } } },
    revision: number,
  };
}

interface Site {
  readonly server: FakeApiServer;
  readonly clock: FakeClock;
  readonly listener: RecordingListener;
  readonly source: ApiServerSource;
}

async function site(fill: (server: FakeApiServer) => void = () => {}): Promise<Site> {
  const server = await startFakeApiServer();
  fill(server);
  const clock = new FakeClock();
  const reader = new ApiServerReader({ access: server.access, clock, userAgent: 'rollcall-test' });
  const listener = new RecordingListener();
  const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
  const source = new ApiServerSource({ reader, clock, random: () => 0.5, log });
  onTestFinished(() => {
    source.close();
    reader.close();
  });
  return { server, clock, listener, source };
}

/** Read once, with all watches open; what was told until then is forgotten. */
async function synced(fill: (server: FakeApiServer) => void = () => {}): Promise<Site> {
  const made = await site(fill);
  made.source.start(made.listener);
  await eventually(() => made.listener.unreadPaths !== undefined && made.server.openWatches.length === 4);
  made.listener.take();
  return made;
}

const withRevision = (server: FakeApiServer) => {
  server.apply(DAEMON_SETS, daemonSet('a:1'));
  server.apply(REVISIONS, revision('hash1', 'a:1', 1));
};

/** Resolves once everything that was sent until now has been heard, by something told after it. */
async function heard({ server, listener }: Site): Promise<string[]> {
  const name = `marker-${server.requests.length}-${listener.nodes.size}`;
  server.apply(NODES, { metadata: { name } });
  await eventually(() => listener.nodes.has(name));
  return listener.take().filter((line) => line !== `node applied ${name}`);
}

describe('a cluster behind an API server', () => {
  it('is told whole, and then that it is whole', async () => {
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

  it.each([NODES, DAEMON_SETS, REVISIONS])('is not whole while %s has not been listed', async (path) => {
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

  it('names who changed an object, and when, whatever a controller wrote to its status later', async () => {
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

  it('says nothing of a status that changed', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, { ...daemonSet('a:1'), status: { observedGeneration: 1, numberReady: 7 } });
    expect(await heard(made)).toEqual([]);
  });

  it('takes what its API server accepted, and warns of what our rules refuse', async () => {
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

  it('no longer wants a DaemonSet that is being deleted, nor one that is gone', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { deletionTimestamp: '2026-03-01T10:00:00Z' }));
    await eventually(() => made.listener.applied.size === 0);
    made.server.remove(DAEMON_SETS, 'a', 'default');
    expect([...made.listener.take(), ...(await heard(made))]).toEqual(['removed default/a']);
  });

  it('tells a DaemonSet that was made anew under its name as gone and new', async () => {
    const made = await synced(withRevision);
    made.server.remove(DAEMON_SETS, 'a', 'default');
    made.server.apply(REVISIONS, revision('hash1', 'a:1', 1, 'uid-b'));
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { uid: 'uid-b' }));
    await eventually(() => made.listener.applied.size === 1 && made.listener.toldCount === 2);
    expect(made.listener.take()).toEqual(['removed default/a', 'applied default/a']);
  });

  it('tells a node that left', async () => {
    const made = await synced((server) => server.apply(NODES, { metadata: { name: 'n1' } }));
    made.server.remove(NODES, 'n1');
    expect(await heard(made)).toEqual(['node removed n1']);
  });

  it('stays as it was while the API server is away, says since when, and says when that is over', async () => {
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

describe('the name of a template', () => {
  const nameIn = ({ listener }: Site) => listener.applied.get('default/a')?.templateRevision;

  it('is that of the revision which holds it', async () => {
    const made = await synced((server) => {
      withRevision(server);
      server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    });
    expect(nameIn(made)).toBe('hash1');
  });

  it('is waited for when the template changes, so that the change is told once', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, daemonSet('a:2', { generation: 2, observedGeneration: 1 }));
    expect(await heard(made)).toEqual([]);
    made.server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    await eventually(() => nameIn(made) === 'hash2');
    made.server.apply(DAEMON_SETS, daemonSet('a:2', { generation: 2 }));
    made.clock.advance(REVISION_PATIENCE_MS);
    expect([...made.listener.take(), ...(await heard(made))]).toEqual(['applied default/a']);
  });

  it('is the old one again after a rollback, whatever number that has', async () => {
    const made = await synced((server) => {
      server.apply(DAEMON_SETS, daemonSet('a:2'));
      server.apply(REVISIONS, revision('hash1', 'a:1', 1));
      server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    });
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { generation: 2, observedGeneration: 1 }));
    await eventually(() => nameIn(made) === 'hash1');
    expect(made.listener.take()).toEqual(['applied default/a']);
  });

  it('is ours where no controller gives one in time', async () => {
    const made = await synced();
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { observedGeneration: 0 }));
    expect(await heard(made)).toEqual([]);
    made.clock.advance(REVISION_PATIENCE_MS);
    expect(made.listener.take()).toEqual(['applied default/a']);
    expect(nameIn(made)).toBeUndefined();
  });

  it('is that of the newest revision where the controller has seen the DaemonSet and none looks alike', async () => {
    const made = await synced((server) => {
      server.apply(DAEMON_SETS, daemonSet('a:1'));
      server.apply(REVISIONS, revision('hash2', 'with other defaults', 2));
      server.apply(REVISIONS, revision('hash1', 'older', 1));
    });
    expect(nameIn(made)).toBe('hash2');
  });
});

describe('a daemon pod that is on no node yet', () => {
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

  it('is told with the words of the scheduler, of the node that it is meant for', async () => {
    const made = await synced(withRevision);
    made.server.apply(PODS, unboundPod('a-1', { refused: false }));
    made.server.apply(PODS, unboundPod('web', { owner: 'ReplicaSet' }));
    made.server.apply(PODS, unboundPod('a-1'));
    await eventually(() => made.listener.unbound.get('n1')?.length === 1);
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
    [
      'on its way out',
      (server: FakeApiServer) => server.apply(PODS, unboundPod('a-1', { deletionTimestamp: '2026-01-01T00:00:00Z' })),
    ],
  ])('is told no more once it is %s', async (_, act) => {
    const made = await synced(withRevision);
    made.server.apply(PODS, unboundPod('a-1'));
    await eventually(() => made.listener.unbound.get('n1')?.length === 1);
    act(made.server);
    await eventually(() => made.listener.unbound.get('n1')?.length === 0);
    expect(made.listener.problems).toEqual([]);
  });

  it('keeps nobody waiting for it: without the right to read pods the rest is told, and that is a problem', async () => {
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
