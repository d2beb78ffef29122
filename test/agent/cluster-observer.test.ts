/** The observation of a node of a cluster, with a fake API server and a fake kubelet. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { ApiServerPods } from '../../agent/observe/api-server-pods.ts';
import { ClusterObserver } from '../../agent/observe/cluster-observer.ts';
import { KubeletPods } from '../../agent/observe/kubelet-pods.ts';
import { KUBELET_FAILURES_MAX, KUBELET_POLL_MS, SETTLE_MS } from '../../agent/observe/limits.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { eventually } from '../fakes/eventually.ts';
import { type FakeApiServer, startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { startFakeKubelet } from '../fakes/fake-kubelet.ts';
import { clusterNode, clusterPod, NODES, PODS } from './cluster-objects.ts';
import { Observed } from './observed.ts';

const random = () => 0.5;

interface Rig {
  readonly server: FakeApiServer;
  readonly clock: FakeClock;
  readonly observer: ClusterObserver;
  readonly observed: Observed;
}

function observing(server: FakeApiServer, clock = new FakeClock(), kubelet?: string): Rig {
  const readerOf = (url: string) =>
    new ApiServerReader({ access: { ...server.access, url }, clock, userAgent: 'rollcall-test' });
  const reader = readerOf(server.access.url);
  const pods =
    kubelet === undefined
      ? new ApiServerPods({ reader, nodeName: 'n1', clock, random })
      : new KubeletPods({ reader: readerOf(kubelet), clock, random });
  const observer = new ClusterObserver({ nodeName: 'n1', reader, pods, clock, random });
  onTestFinished(() => observer.close());
  return { server, clock, observer, observed: new Observed(observer) };
}

/** Advances the clock until the condition holds, so that delayed observations are emitted. */
async function settled(clock: FakeClock, isSo: () => boolean): Promise<void> {
  await eventually(() => {
    clock.advance(SETTLE_MS);
    return isSo();
  });
}

async function aNodeWithAPod(): Promise<Rig> {
  const server = await startFakeApiServer();
  server.apply(NODES, clusterNode('n1'));
  server.apply(NODES, clusterNode('n2'));
  server.apply(PODS, clusterPod('agent-1'));
  server.apply(PODS, clusterPod('agent-2', { node: 'n2' }));
  const rig = observing(server);
  await settled(rig.clock, () => rig.observed.observations.length > 0);
  await eventually(() => server.openWatches.length === 2);
  return rig;
}

describe('a node in a cluster', () => {
  it('is observed with its own pods, without their secrets', async () => {
    const { server, observed } = await aNodeWithAPod();
    expect(observed.observations).toHaveLength(1);
    expect(observed.newest).toMatchObject({ facts: { name: 'n1' }, source: server.access.url });
    expect(observed.newest?.facts.allocatable).toEqual({ cpu: 4000, memory: 8 * 2 ** 30, pods: 110 });
    expect(observed.podNames).toEqual(['agent-1']);
    expect(JSON.stringify(observed.newest)).not.toContain('secret');
  });

  it('is read with two lists and two watches, limited to the node', async () => {
    const { server, clock, observed } = await aNodeWithAPod();
    server.cut();
    server.apply(PODS, clusterPod('agent-3'));
    await eventually(() => {
      clock.advance(10_000);
      return observed.podNames.length === 2;
    });
    const asked = server.requests.map(({ method, path, query }) => `${method} ${path} ${query.get('fieldSelector')}`);
    expect(server.requests.length).toBeGreaterThanOrEqual(6);
    expect([...new Set(asked)].sort()).toEqual([
      'GET /api/v1/nodes metadata.name=n1',
      'GET /api/v1/pods spec.nodeName=n1',
    ]);
  });

  it('is listed and watched once without failures, and both are counted', async () => {
    const { server, clock, observed, observer } = await aNodeWithAPod();
    await eventually(() => Object.values(observer.counts()).every(({ watches }) => watches === 1));
    expect(observer.counts()).toMatchObject({
      nodes: { lists: 1, watches: 1, events: 0 },
      pods: { lists: 1, watches: 1, events: 0 },
    });
    server.apply(PODS, clusterPod('agent-3'));
    await settled(clock, () => observed.podNames.length === 2);
    expect(observer.counts()).toMatchObject({ nodes: { events: 0 }, pods: { events: 1, ends: { unreachable: 0 } } });
    server.cut();
    await eventually(() => observer.counts()['pods']?.ends.unreachable === 1);
  });

  it('is reported again when a label or a pod is added, changed or removed', async () => {
    const { server, clock, observed } = await aNodeWithAPod();
    server.apply(NODES, clusterNode('n1', { labels: { disk: 'ssd' } }));
    await settled(clock, () => observed.newest?.facts.labels['disk'] === 'ssd');
    server.apply(PODS, clusterPod('agent-1', { ready: false }));
    await settled(clock, () => observed.newest?.pods[0]?.status?.conditions?.[0]?.status === 'False');
    server.apply(PODS, clusterPod('agent-3'));
    await settled(clock, () => observed.podNames.join() === 'agent-1,agent-3');
    server.remove(PODS, 'agent-1', 'default');
    await settled(clock, () => observed.podNames.join() === 'agent-3');
    expect(observed.problems).toEqual([]);
  });

  it('is not reported again for heartbeats, images or irrelevant pod fields', async () => {
    const { server, clock, observed } = await aNodeWithAPod();
    server.apply(NODES, clusterNode('n1', { heartbeat: '10' }));
    server.apply(NODES, clusterNode('n1', { heartbeat: '20', images: ['agent:1', 'agent:2'] }));
    server.apply(PODS, clusterPod('agent-1', { podIP: '10.0.0.2' }));
    // These changes follow the others on the same watches, so the others have been received when they are observed.
    server.apply(NODES, clusterNode('n1', { labels: { last: 'node' } }));
    server.apply(PODS, clusterPod('last-pod'));
    await settled(clock, () => observed.newest?.facts.labels['last'] === 'node' && observed.podNames.length === 2);
    const observations = observed.observations.map(
      ({ facts, pods }) => `${facts.labels['last'] ?? '-'} ${pods.length}`,
    );
    expect(new Set(observations).size).toBe(observations.length);
  });

  it('is a problem while it does not exist in the API server', async () => {
    const { server, clock, observed } = observing(await startFakeApiServer());
    await settled(clock, () => observed.problems.length > 0);
    expect(observed.problems[0]).toMatch(/^Node n1 does not exist in the API server; .*\.$/);
    server.apply(NODES, clusterNode('n1'));
    await settled(clock, () => observed.observations.length > 0);
    server.remove(NODES, 'n1');
    await settled(clock, () => observed.problems.at(-1) === 'Node n1 no longer exists in the API server.');
  });

  it('is a problem while the agent has no permission to read it', async () => {
    const server = await startFakeApiServer();
    server.apply(NODES, clusterNode('n1'));
    server.fault({ status: 403 }, ({ path }) => path === PODS);
    const { clock, observed } = observing(server);
    await settled(clock, () => observed.problems.length > 0);
    expect(observed.problems[0]).toMatch(
      /^Its pods cannot be watched: the API server returned 403 for GET \/api\/v1\/pods: /,
    );
    await eventually(() => {
      clock.advance(1_000);
      return observed.observations.length > 0;
    });
  });
});

describe("the node's kubelet", () => {
  async function withKubelet() {
    const server = await startFakeApiServer();
    server.apply(NODES, clusterNode('n1'));
    const kubelet = await startFakeKubelet([clusterPod('agent-1')]);
    const rig = observing(server, new FakeClock(), kubelet.url);
    await settled(rig.clock, () => rig.observed.observations.length > 0);
    return { ...rig, kubelet };
  }

  it('is the source of pods instead of the API server, with the token of the agent', async () => {
    const { server, kubelet, observed } = await withKubelet();
    expect(observed.podNames).toEqual(['agent-1']);
    expect(observed.newest?.source).toBe(`${server.access.url}, pods from ${kubelet.url}`);
    expect(kubelet.requests).toEqual([{ method: 'GET', path: '/pods', authorization: 'Bearer fake' }]);
    expect(server.requests.filter(({ path }) => path === PODS)).toEqual([]);
  });

  it('is polled at an interval, and irrelevant changes are not reported', async () => {
    const { kubelet, clock, observed } = await withKubelet();
    kubelet.pods = [clusterPod('agent-1', { podIP: '10.0.0.9' })];
    for (let asked = 1; asked < 4; asked++) {
      await eventually(() => kubelet.answered === asked);
      await settled(clock, () => (clock.advance(KUBELET_POLL_MS), kubelet.requests.length > asked));
    }
    expect(observed.observations).toHaveLength(1);
    kubelet.pods = [clusterPod('agent-1'), clusterPod('agent-2')];
    await settled(clock, () => (clock.advance(KUBELET_POLL_MS), observed.podNames.length === 2));
  });

  it('is a problem after repeated failures, until it responds again', async () => {
    const { kubelet, clock, observer, observed } = await withKubelet();
    kubelet.status = 403;
    await settled(clock, () => (clock.advance(KUBELET_POLL_MS), observed.problems.length > 0));
    expect(kubelet.requests.length).toBeGreaterThan(KUBELET_FAILURES_MAX + 1);
    expect(observed.problems[0]).toBe(
      `The kubelet at ${kubelet.url} does not return the pods: it returned 403 for GET /pods: Forbidden.`,
    );
    const { lists, ends } = observer.counts()['pods'] ?? {};
    expect({ lists, denied: ends?.denied }).toEqual({ lists: 1, denied: KUBELET_FAILURES_MAX + 1 });
    kubelet.status = 200;
    await settled(clock, () => (clock.advance(KUBELET_POLL_MS), observed.observations.length === 2));
  });
});
