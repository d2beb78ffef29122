/**
 * Rollcall as the DaemonSet controller of a real cluster, whose controller manager runs without the built-in one. The agents are the
 * first daemon that it starts. Each test continues from the state that the previous one left.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../api-server/until.ts';
import { BAD, fluentd } from './daemons.ts';
import { PATIENCE_MS, RealCluster } from './real-cluster.ts';
import { RollcallInCluster } from './rollcall-in-cluster.ts';

const cluster = new RealCluster();
const rollcall = new RollcallInCluster(cluster);
const NAMESPACE = 'kube-system';
const NAME = 'fluentd-elasticsearch';

interface PodObject {
  readonly metadata: { readonly name: string; readonly uid: string; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[];
  };
}

/** Those that are not being deleted. */
async function pods(): Promise<PodObject[]> {
  const { items } = await cluster.json<{ items: PodObject[] }>('-n', NAMESPACE, 'get', 'pods', '-l', `name=${NAME}`);
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

/** Ignores errors, because the API server may be busy. */
const eventually = (what: string, holds: () => Promise<boolean>) =>
  until(what, PATIENCE_MS, () => holds().catch(() => false));

async function onePodIs(what: string, is: (pod: PodObject) => boolean): Promise<PodObject> {
  await eventually(what, async () => {
    const [pod, ...more] = await pods();
    return pod !== undefined && more.length === 0 && is(pod);
  });
  return (await pods())[0] as PodObject;
}

const isReady = ({ status }: PodObject) => status.containerStatuses?.every(({ ready }) => ready) ?? false;

const writes = async () => {
  const events = await rollcall.ask<{ action: string; message: string }[]>(
    'history',
    '--kind',
    'write',
    '--daemonset',
    NAME,
  );
  return events.filter(({ action }) => action === 'succeeded').map(({ message }) => message);
};

beforeAll(() => cluster.prepare());

describe('Rollcall as the DaemonSet controller of a real cluster', () => {
  it('starts as a Deployment, and creates the pods of its own agents', async () => {
    await cluster.kubectl('apply', '-k', cluster.owningKustomization);
    await cluster.kubectl('-n', 'rollcall', 'rollout', 'status', 'deployment/rollcall-coordinator', '--timeout=120s');
    await cluster.kubectl('-n', 'rollcall', 'rollout', 'status', 'daemonset/rollcall-agent', '--timeout=180s');
    await rollcall.login('viewer');
    const agents = await rollcall.ask<{ message: string }[]>(
      'history',
      '--kind',
      'write',
      '--daemonset',
      'rollcall-agent',
    );
    expect(agents.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^pod rollcall-agent-\S+ on \S+ was created$/),
    );
  });

  it('creates a pod that the scheduler binds and the kubelet runs, and reports the status', async () => {
    await cluster.apply(fluentd());
    const pod = await onePodIs('the pod is ready', isReady);
    expect(pod.spec.nodeName).toBe(cluster.node);
    await eventually('the status is complete', async () => {
      const { status } = await cluster.json<{ status: object }>('-n', NAMESPACE, 'get', 'daemonset', NAME);
      const expected = { desiredNumberScheduled: 1, numberReady: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
      return Object.entries(expected).every(([name, count]) => (status as Record<string, number>)[name] === count);
    });
  });

  it('replaces a pod that somebody deletes', async () => {
    const before = await onePodIs('the pod is ready', isReady);
    await cluster.kubectl('-n', NAMESPACE, 'delete', 'pod', before.metadata.name, '--wait=false');
    const after = await onePodIs(
      'another pod is ready',
      (pod) => isReady(pod) && pod.metadata.uid !== before.metadata.uid,
    );
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  });

  it('keeps the pod of a broken template until it is deleted, and starts a broken one then', async () => {
    const before = await onePodIs('the pod is ready', isReady);
    const broken = fluentd();
    for (const container of broken.spec.template.spec.containers) container.image = BAD;
    await cluster.apply(broken);
    await eventually('the new template is observed', async () => {
      const { metadata, status } = await cluster.json<{
        metadata: { generation: number };
        status: { observedGeneration: number };
      }>('-n', NAMESPACE, 'get', 'daemonset', NAME);
      return status.observedGeneration === metadata.generation && metadata.generation > 1;
    });
    expect((await onePodIs('the pod is still ready', isReady)).metadata.uid).toBe(before.metadata.uid);
    await cluster.kubectl('-n', NAMESPACE, 'delete', 'pod', before.metadata.name, '--wait=false');
    await onePodIs('the new pod fails', ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    await cluster.apply(fluentd());
    await cluster.kubectl('-n', NAMESPACE, 'delete', 'pod', '-l', `name=${NAME}`, '--wait=false');
    await onePodIs('a good pod is ready', isReady);
  });

  it('removes the pod from a node with a taint, starts it again, and tells why', async () => {
    await cluster.kubectl('taint', 'node', cluster.node, 'maintenance=now:NoExecute');
    await eventually('the pod is gone', async () => (await pods()).length === 0);
    await cluster.kubectl('taint', 'node', cluster.node, 'maintenance-');
    await onePodIs('the pod is ready again', isReady);
    const { lastWrite } = await rollcall.ask<{ lastWrite: { message: string; cause: { message: string } } }>(
      'why',
      `daemonset/${NAMESPACE}/${NAME}`,
      `node/${cluster.node}`,
    );
    expect(lastWrite.message).toMatch(/ was created$/);
    expect(lastWrite.cause.message).toContain('taint maintenance=now:NoExecute removed');
    expect((await writes()).length).toBeGreaterThan(4);
  });
});
