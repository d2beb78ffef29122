/** The DaemonSet controller where the API server refuses or fails, where it must not write, and where nothing changes. */
import { describe, expect, it } from 'vitest';
import type { Fault, SeenRequest } from '../../deploy/simulated-cluster/fake-api-server.ts';
import { KEY, OwnHarness } from './own-harness.ts';

const isCreation = ({ method, path }: SeenRequest) => method === 'POST' && path.endsWith('/pods');

const status = (code: number, message: string): Fault => ({ status: code, body: { kind: 'Status', code, message } });

const refusals: readonly [what: string, fault: Fault, message: string][] = [
  ['an admission plugin', status(403, 'pods "a" is forbidden: privileged containers are not allowed'), 'privileged'],
  ['a quota', status(403, 'pods "a" is forbidden: exceeded quota: pods=10'), 'exceeded quota'],
  ['validation', status(422, 'Pod "a" is invalid: spec.containers[0].image: Required value'), 'Required value'],
  ['a webhook that times out', status(500, 'failed calling webhook: context deadline exceeded'), 'webhook'],
];

describe('a creation that is refused by', () => {
  it.each(refusals)(
    '%s is a reason on the node, is repeated with a back-off, and succeeds in the end',
    async (_, fault, message) => {
      const harness = await OwnHarness.start();
      const end = harness.api.faultAlways(fault, isCreation);
      await harness.until(() => harness.writes().some(({ action }) => action === 'failed'));
      const [failed] = harness.writes().filter(({ action }) => action === 'failed');
      expect(failed?.message).toContain(message);
      const holds = () => harness.controller.holdsOf(KEY, failed?.node ?? '');
      await harness.until(() => holds().length > 0);
      expect(holds()).toMatchObject([{ reason: 'request-refused', detail: expect.stringContaining(message) }]);
      // Slow start tries the nodes one by one, and each waits for at least a second after that.
      await harness.until(() => harness.creations === 3);
      harness.clock.advance(500);
      expect(harness.creations).toBe(3);
      end();
      await harness.until(() => harness.pods().length === 3, 20);
      await harness.until(() => harness.controller.holdsOf(KEY, 'n1').length === 0);
    },
  );
});

describe('a creation', () => {
  it('waits as long as an overloaded API server requests, on all nodes', async () => {
    const harness = await OwnHarness.start();
    harness.api.fault(
      { ...(status(429, 'too many requests') as object), status: 429, headers: { 'retry-after': '20' } },
      isCreation,
    );
    await harness.until(() => harness.creations === 1);
    await harness.until(() => harness.writes().some(({ action }) => action === 'failed'));
    const refusedMs = harness.clock.nowMs();
    await harness.until(() => harness.creations > 1, 100);
    expect(harness.clock.nowMs() - refusedMs).toBeGreaterThanOrEqual(19_900);
    await harness.until(() => harness.pods().length === 3);
  });

  it('pauses while the API server cannot be reached, and continues after that', async () => {
    const harness = await OwnHarness.start();
    const end = harness.api.faultAlways('cut', isCreation);
    await harness.until(() => harness.creations >= 1);
    const before = harness.creations;
    harness.clock.advance(400);
    expect(harness.creations).toBe(before);
    end();
    await harness.until(() => harness.pods().length === 3);
  });

  it('takes another name when a foreign pod has the first one', async () => {
    const harness = await OwnHarness.start({}, 0);
    harness.setVerdict('n1', 'run');
    await harness.until(() => harness.pods().length === 1);
    const [first] = harness.pods();
    // The same state leads to the same name, which another pod takes before the coordinator sees it.
    harness.api.remove('/api/v1/pods', first?.metadata.name ?? '', 'default');
    const held = harness.api.hold('before', isCreation);
    let isReached = false;
    void held.reached.then(() => (isReached = true));
    await harness.until(() => isReached);
    harness.api.apply('/api/v1/pods', {
      metadata: { name: first?.metadata.name ?? '', namespace: 'default' },
      spec: {},
      status: {},
    });
    held.release('continue');
    await harness.until(() => harness.pods().length === 2);
    const names = harness.pods().map(({ metadata }) => metadata.name);
    expect(new Set(names).size).toBe(2);
    expect(harness.writes().map(({ message }) => message)).toContain('another pod has this name');
  });
});

describe('a watch that has shown nothing for 30 seconds', () => {
  const isDaemonSetRead = ({ method, path }: SeenRequest) => method === 'GET' && path.endsWith('/daemonsets/agent');

  it('is not trusted: the DaemonSet is read before a write, which then happens', async () => {
    const harness = await OwnHarness.start();
    await harness.until(() => harness.pods().length === 3);
    expect(harness.api.requests.filter(isDaemonSetRead)).toEqual([]);
    await harness.pass(40_000);
    harness.setVerdict('n4', 'run');
    await harness.until(() => harness.pods().length === 4);
    const order = harness.api.requests.filter((request) => isDaemonSetRead(request) || isCreation(request));
    expect(order.slice(-2).map(({ method }) => method)).toEqual(['GET', 'POST']);
  });

  it('stops a write for a DaemonSet that has changed meanwhile, and says so', async () => {
    const harness = await OwnHarness.start();
    await harness.until(() => harness.pods().length === 3);
    await harness.pass(40_000);
    for (const watch of harness.api.openWatches) watch.silent = true;
    const object = harness.api.store.get('/apis/apps/v1/daemonsets', 'agent', 'default');
    harness.api.apply('/apis/apps/v1/daemonsets', {
      ...object,
      metadata: { name: 'agent', ...object?.metadata, deletionTimestamp: 'now' },
    });
    harness.setVerdict('n4', 'run');
    await harness.until(() => harness.controller.holdsOf(KEY, 'n4').length > 0);
    expect(harness.controller.holdsOf(KEY, 'n4')).toMatchObject([
      { reason: 'stale-watch', detail: 'the DaemonSet has changed, and the watch has not shown it' },
    ]);
    expect(harness.pods()).toHaveLength(3);
  });
});

describe('a cluster in which nothing changes', () => {
  it('costs no plan', async () => {
    const harness = await OwnHarness.start();
    await harness.until(() => observedGenerationOf(harness) === 1);
    await harness.until(() => harness.pods().length === 3);
    harness.clock.advance(1_000);
    const before = harness.plans;
    for (let minute = 0; minute < 10; minute++) harness.clock.advance(60_000);
    expect(harness.plans).toBe(before);
  });
});

describe('a dry run', () => {
  it('records each intent once and sends nothing', async () => {
    const harness = await OwnHarness.start({ isDryRun: true });
    await harness.until(() => harness.writes().filter(({ action }) => action === 'skipped').length === 3);
    harness.clock.advance(120_000);
    expect(harness.writes().filter(({ action }) => action === 'intended')).toHaveLength(3);
    expect(harness.api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('namespaces that are left out', () => {
  it('receive no write', async () => {
    const harness = await OwnHarness.start({ excludedNamespaces: ['default'] });
    harness.setVerdict('n4', 'run');
    harness.clock.advance(120_000);
    expect(harness.writes()).toEqual([]);
    expect(harness.api.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('another controller', () => {
  it('is reported when it observes a generation first, and nothing is written after that', async () => {
    const harness = await OwnHarness.start();
    await harness.until(() => harness.pods().length === 3);
    const object = harness.api.store.get('/apis/apps/v1/daemonsets', 'agent', 'default');
    if (object === undefined) throw new Error('there is no DaemonSet');
    harness.api.apply('/apis/apps/v1/daemonsets', { ...object, status: { observedGeneration: 7 } });
    await harness.until(() => harness.foreign.length === 1);
    expect(harness.foreign).toEqual(['another DaemonSet controller observed generation 7 of DaemonSet default/agent']);
  });

  it('is reported when it creates pods, and people who create one are not', async () => {
    const harness = await OwnHarness.start();
    await harness.until(() => harness.pods().length === 3);
    const [pod] = harness.pods();
    if (pod === undefined) throw new Error('there is no pod');
    const copy = (name: string, more: object) =>
      harness.api.apply('/api/v1/pods', { ...pod, metadata: { ...pod.metadata, ...more, name, uid: `uid-${name}` } });
    copy('by-hand-1', {});
    copy('by-hand-2', {});
    copy('agent-abcde', { generateName: 'agent-' });
    copy('agent-fghij', { generateName: 'agent-' });
    await harness.until(() => harness.foreign.length === 1);
    expect(harness.foreign[0]).toBe(
      'another DaemonSet controller created the pods default/agent-abcde and default/agent-fghij',
    );
  });
});

function observedGenerationOf({ api }: OwnHarness): number {
  const object = api.store.get('/apis/apps/v1/daemonsets', 'agent', 'default');
  return (object?.['status'] as { observedGeneration?: number } | undefined)?.observedGeneration ?? 0;
}
