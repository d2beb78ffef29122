/**
 * Rollcall installed from deploy/ into a real cluster, and its answers while the cluster changes. Each test
 * continues from the state that the previous one left.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../api-server/until.ts';
import type { Ended } from '../e2e/programs.ts';
import { daemonPodUids, differencesFromKubernetes, type NodeAnswer, waitUntilEmpty } from './controller-comparison.ts';
import { BAD, BETTER, daemon, fluentd } from './daemons.ts';
import { PATIENCE_MS, RealCluster } from './real-cluster.ts';
import { RollcallInCluster } from './rollcall-in-cluster.ts';
import { CONTEXT, User } from './users.ts';

const MEGABYTE = 1e6;
const cluster = new RealCluster();
const rollcall = new RollcallInCluster(cluster);

interface Status {
  readonly status: { readonly complete: boolean; readonly revision: number; readonly storeId: string };
  readonly nodes: readonly { readonly name: string; readonly presence: string }[];
  readonly drifts: readonly { readonly kind: string; readonly daemonSet: string; readonly detail: string }[];
}
interface Event {
  readonly revision: number;
  readonly kind: string;
  readonly action: string;
  readonly message: string;
  readonly changes: readonly { readonly from: string | null; readonly to: string | null }[];
}

const status = () => rollcall.ask<Status>('status');
const placementOf = async (name: string, namespace = 'default') => {
  const { placements } = await rollcall.ask<NodeAnswer>(`node/${cluster.node}`);
  return placements.find(({ daemonSet }) => daemonSet === `${namespace}/${name}`);
};
const verdictOf = async (name: string) => (await placementOf(name))?.verdict;
const history = (...args: string[]) => rollcall.ask<Event[]>('history', '--limit', '500', ...args);
/** Ignores errors, because the API server or the coordinator may be unavailable. */
const eventually = (what: string, holds: () => Promise<boolean>) =>
  until(what, PATIENCE_MS, () => holds().catch(() => false));

/** Runs a command until it exits with this code and prints these words; returns its last output after the timeout. */
const unexpectedOutput = (command: () => Promise<Ended>, exitCode: number, words: string) =>
  waitUntilEmpty(async () => {
    const ended = await command();
    const output = `${ended.stdout}${ended.stderr}`;
    return ended.exitCode === exitCode && output.includes(words) ? [] : [`exit code ${ended.exitCode}: ${output}`];
  });

/** What prevents a complete report without drift that equals Kubernetes, after the timeout. */
async function problems(): Promise<string[]> {
  const own = await waitUntilEmpty(async () => {
    const { status: coordinator, nodes, drifts } = await status();
    const silent = nodes.filter(({ presence }) => presence !== 'present').map(({ name }) => `${name} is not present`);
    const drifting = drifts.map(({ kind, daemonSet, detail }) => `${daemonSet} is ${kind}: ${detail}`);
    return [...silent, ...drifting, ...(coordinator.complete ? [] : ['the report is not complete'])];
  });
  return own.length > 0 ? own : differencesFromKubernetes(cluster, rollcall);
}

/** Sets a broken image for a DaemonSet, waits for the drift, and repairs the image. */
async function breakAndRepair(name: string): Promise<void> {
  await cluster.apply(daemon(name, {}, BAD));
  await eventually('the drift names the reason', async () => {
    const drifts = await rollcall.ask<Status['drifts']>('drift', '--daemonset', name);
    return drifts.some(({ kind, detail }) => kind === 'unhealthy' && detail.includes('CrashLoopBackOff'));
  });
  expect(await differencesFromKubernetes(cluster, rollcall)).toEqual([]);
  await cluster.apply(daemon(name, {}, BETTER));
  expect(await problems()).toEqual([]);
}

/** Deletes the only pod of a DaemonSet, and waits until Rollcall reports its replacement as ready. */
async function replacePod(name: string): Promise<void> {
  const before = (await placementOf(name))?.pods[0]?.uid;
  await cluster.kubectl('delete', 'pod', '-l', `app=${name}`, '--wait=false');
  await eventually('another pod is ready', async () => {
    const [pod, ...more] = (await placementOf(name))?.pods ?? [];
    return more.length === 0 && pod?.ready === true && pod.uid !== before;
  });
}

beforeAll(() => cluster.prepare());

describe('Rollcall in a real cluster', () => {
  it('is installed by one command, and all its pods become ready', async () => {
    await cluster.kubectl('apply', '-k', cluster.kustomization);
    await cluster.kubectl('-n', 'rollcall', 'rollout', 'status', 'deployment/rollcall-coordinator', '--timeout=120s');
    await cluster.kubectl('-n', 'rollcall', 'rollout', 'status', 'daemonset/rollcall-agent', '--timeout=120s');
    for (const program of ['coordinator', 'agent'] as const) {
      expect(await rollcall.operations(program, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
    }
  });

  it('shows the status to a viewer', async () => {
    await rollcall.login('viewer');
    await eventually('the report is complete', async () => (await status()).status.complete);
    expect((await status()).nodes).toMatchObject([{ name: cluster.node, presence: 'present' }]);
  });

  it('places DaemonSets as the built-in controller does', async () => {
    await cluster.apply(
      fluentd(),
      daemon('everywhere', { tolerations: [{ operator: 'Exists' }] }),
      daemon('plain'),
      daemon('ssd', { nodeSelector: { disk: 'ssd' } }),
      daemon('elsewhere', { nodeSelector: { 'kubernetes.io/hostname': 'not-here' } }),
    );
    await eventually('the example is ready', async () => {
      const placement = await placementOf('fluentd-elasticsearch', 'kube-system');
      return placement?.verdict === 'run' && placement.pods[0]?.ready === true;
    });
    expect(await problems()).toEqual([]);
    expect(await verdictOf('elsewhere')).toBe('none');
  });

  it('changes its verdict when a label is added and removed', async () => {
    await cluster.kubectl('label', 'node', cluster.node, 'disk=ssd');
    await eventually('the pod is desired and ready', async () => (await placementOf('ssd'))?.pods[0]?.ready === true);
    expect(await problems()).toEqual([]);
    await cluster.kubectl('label', 'node', cluster.node, 'disk-');
    await eventually('the pod is not desired', async () => (await verdictOf('ssd')) === 'none');
    expect(await problems()).toEqual([]);
    const changes = (await history('--daemonset', 'ssd', '--kind', 'decision')).flatMap((event) => event.changes);
    expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual(['run none', 'none run', expect.any(String)]);
  });

  it('keeps pods under a NoSchedule taint, and stops expecting pods that a NoExecute taint evicts', async () => {
    await cluster.kubectl('taint', 'node', cluster.node, 'gpu=yes:NoSchedule');
    await eventually('the verdict is keep', async () => (await verdictOf('plain')) === 'keep');
    expect(await verdictOf('everywhere')).toBe('run');
    expect(await differencesFromKubernetes(cluster, rollcall)).toEqual([]);
    await cluster.kubectl('taint', 'node', cluster.node, 'gpu=yes:NoExecute');
    await cluster.kubectl('taint', 'node', cluster.node, 'gpu:NoSchedule-');
    await eventually('the verdict is none', async () => (await verdictOf('plain')) === 'none');
    await eventually('the pod is evicted', async () => (await placementOf('plain'))?.pods.length === 0);
    expect(await differencesFromKubernetes(cluster, rollcall)).toEqual([]);
    await cluster.kubectl('taint', 'node', cluster.node, 'gpu-');
    expect(await problems()).toEqual([]);
    expect(await verdictOf('plain')).toBe('run');
  });

  it('desires daemon pods on a cordoned node, as Kubernetes does', async () => {
    await cluster.kubectl('cordon', cluster.node);
    await eventually('the node is unschedulable', async () =>
      JSON.stringify(await rollcall.ask('nodes')).includes('"unschedulable":true'),
    );
    expect(await verdictOf('plain')).toBe('run');
    expect(await differencesFromKubernetes(cluster, rollcall)).toEqual([]);
    await cluster.kubectl('uncordon', cluster.node);
    expect(await problems()).toEqual([]);
  });

  it('reports why a daemon pod is not ready when its image is broken, and that it is ready again', async () => {
    await breakAndRepair('plain');
    const actions = (await history('--daemonset', 'plain', '--kind', 'drift')).map(({ action }) => action);
    expect(actions).toContain('began');
    expect(actions[0]).toBe('ended');
  });

  it('follows a deleted pod to its replacement', async () => {
    await replacePod('everywhere');
    expect(await problems()).toEqual([]);
  });

  it('resumes when the coordinator is replaced', async () => {
    const before = (await status()).status;
    await cluster.kubectl('-n', 'rollcall', 'delete', 'pod', '-l', 'app.kubernetes.io/component=coordinator');
    expect(await problems()).toEqual([]);
    const after = (await status()).status;
    expect(after.storeId).toBe(before.storeId);
    expect(after.revision).toBeGreaterThan(before.revision);
    const since = (await history()).filter(({ revision }) => revision > before.revision);
    expect(since.filter(({ kind }) => kind === 'decision')).toEqual([]);
  });

  it('resumes when the agent is replaced', async () => {
    await cluster.kubectl('-n', 'rollcall', 'delete', 'pod', '-l', 'app.kubernetes.io/component=agent');
    expect(await problems()).toEqual([]);
  });

  it('continues after the API server was unavailable, and observes later changes', async () => {
    await cluster.restart('apiserver');
    await until('the API server answers', PATIENCE_MS, () => cluster.answers());
    await cluster.kubectl('label', 'node', cluster.node, 'disk=ssd');
    await eventually('the pod is desired and ready', async () => (await placementOf('ssd'))?.pods[0]?.ready === true);
    expect(await problems()).toEqual([]);
  });

  it('continues after the kubelet was unavailable', async () => {
    await cluster.restart('kubelet');
    // Only a running kubelet replaces the pod.
    await replacePod('ssd');
    expect(await problems()).toEqual([]);
  });

  it('grants each user the rights of their role, and none without a token', async () => {
    await rollcall.login('planner');
    const file = join(cluster.folder, 'kustomize/base/agent.yaml');
    const refused = await rollcall.run('viewer', 'plan', '-f', file);
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('rollcall-planner') });
    expect((await rollcall.run('planner', 'plan', '-f', file)).exitCode).toBeLessThan(2);
    const verification = await rollcall.run('viewer', 'audit', 'verify');
    expect(verification).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('rollcall-admin') });
    expect((await rollcall.run('admin', 'status')).exitCode).not.toBe(0);
    const denied = (await history('--kind', 'access')).map(({ message }) => message).join('\n');
    expect(denied).toContain('rollcall-viewer');
  });

  it('is reachable through the kubeconfig of a user, with the rights of that user', async () => {
    const [ann, ben, cleo] = ['ann', 'ben', 'cleo'].map((name) => new User(name, cluster)) as [User, User, User];
    await ann.grantRole('rollcall-viewer');
    await ben.grantRole('rollcall-admin');
    const inContext = ['--context', CONTEXT];
    expect(await unexpectedOutput(() => ann.rollcall('status', ...inContext), 0, '1 node: 1 present')).toEqual([]);
    const denial = 'you cannot create tokens for ServiceAccount rollcall/rollcall-admin';
    expect(await unexpectedOutput(() => ann.rollcall('audit', 'verify', ...inContext), 4, denial)).toEqual([]);
    expect(await unexpectedOutput(() => ben.rollcall('audit', 'verify', ...inContext), 0, 'checked')).toEqual([]);
    expect(
      await unexpectedOutput(() => cleo.rollcall('status', ...inContext), 4, 'cannot list resource "pods"'),
    ).toEqual([]);
    await ann.kubectl('config', 'use-context', CONTEXT);
    const asPlugin = () => ann.kubectl('rollcall', 'status', '--kubeconfig', ann.kubeconfig);
    expect(await unexpectedOutput(asPlugin, 0, '1 node: 1 present')).toEqual([]);
  });

  it('reports what is missing when it cannot be found', async () => {
    const dora = new User('dora', cluster);
    const statusWith = (...options: string[]) => dora.rollcall('status', ...options);
    expect(await unexpectedOutput(() => statusWith('--context', 'nowhere'), 5, '127.0.0.1:9')).toEqual([]);
    const known = `has no context x; it has ${CONTEXT}, nowhere`;
    expect(await unexpectedOutput(() => statusWith('--context', 'x'), 2, known)).toEqual([]);
    const withoutKubeconfig = () => dora.rollcallWithoutKubeconfig('status', '--context', CONTEXT);
    expect(await unexpectedOutput(withoutKubeconfig, 2, 'the kubeconfig does not exist')).toEqual([]);
    const admin = ['--kubeconfig', join(cluster.folder, 'kubeconfig')];
    const elsewhere = () => statusWith(...admin, '--coordinator-namespace', 'default');
    expect(await unexpectedOutput(elsewhere, 5, 'no coordinator runs in namespace default')).toEqual([]);
  });

  it('uses no more memory and CPU than expected', async () => {
    const more = ['small-1', 'small-2', 'small-3', 'small-4'];
    await cluster.apply(...more.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })));
    await eventually('the inventory has five nodes', async () => (await status()).nodes.length === 1 + more.length);
    const cpuBefore = await rollcall.metric('agent', 'process_cpu_seconds_total');
    const startMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    const cpu = (await rollcall.metric('agent', 'process_cpu_seconds_total')) - cpuBefore;
    const figures = {
      agentMegabytes: (await rollcall.metric('agent', 'process_resident_memory_bytes')) / MEGABYTE,
      agentCpuPercent: (cpu / (performance.now() - startMs)) * 1e5,
      coordinatorMegabytes: (await rollcall.metric('coordinator', 'process_resident_memory_bytes')) / MEGABYTE,
      imageMegabytes: Number(/([\d.]+) MB/.exec(readFileSync(join(cluster.folder, 'image.log'), 'utf8'))?.[1]),
    };
    process.stdout.write(`\nfigures: ${JSON.stringify(figures)}\n\n`);
    expect(figures.agentMegabytes).toBeLessThanOrEqual(75);
    expect(figures.agentCpuPercent).toBeLessThan(5);
    expect(figures.coordinatorMegabytes).toBeLessThanOrEqual(150);
    expect(figures.imageMegabytes).toBeLessThanOrEqual(180);
    await cluster.kubectl('delete', 'node', ...more);
  });

  it('reads the same pods from the kubelet as from the API server, without the right to list pods', async () => {
    await cluster.kubectl('apply', '-k', cluster.kubeletKustomization);
    await eventually('the agent reads pods from the kubelet and not from the API server', async () => {
      const { text } = await rollcall.operations('agent', '/metrics');
      const [, lists] = /^rollcall_agent_source_lists_total\{collection="pods"\} (\d+)$/m.exec(text) ?? [];
      return Number(lists) > 1 && text.includes('rollcall_agent_source_events_total{collection="pods"} 0\n');
    });
    const agent = '--as=system:serviceaccount:rollcall:rollcall-agent';
    await expect(cluster.kubectl('auth', 'can-i', 'list', 'pods', '-A', agent)).rejects.toMatchObject({
      stdout: 'no\n',
    });
    expect(await problems()).toEqual([]);
    await eventually('Rollcall and the API server report the same pods', async () => {
      const { placements } = await rollcall.ask<NodeAnswer>(`node/${cluster.node}`);
      const reported = placements.flatMap(({ pods }) => pods.map(({ uid }) => uid)).toSorted();
      return reported.length > 0 && reported.join() === (await daemonPodUids(cluster)).join();
    });
    await breakAndRepair('plain');
  });

  it('is removed by one command and leaves nothing behind', async () => {
    await cluster.kubectl('delete', '-k', cluster.kustomization, '--timeout=120s');
    const left = await cluster.kubectl(
      'get',
      'namespaces,clusterroles,clusterrolebindings,priorityclasses,persistentvolumes,customresourcedefinitions',
      '-o',
      'name',
    );
    expect(left.split('\n').filter((name) => name.includes('rollcall'))).toEqual([]);
  });
});
