/**
 * Nodes of a real API server with the built-in DaemonSet controller and the scheduler: what agents observe with
 * read-only access, and whether fit agrees with the scheduler.
 */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ApiServerPods } from '../../agent/observe/api-server-pods.ts';
import { ClusterObserver } from '../../agent/observe/cluster-observer.ts';
import { toUnboundPod } from '../../coordinator/cluster/unbound-pods.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { systemClock } from '../../shared/clock.ts';
import { fit } from '../../shared/fit/fit.ts';
import type { Pod, PodSpec } from '../../shared/kubernetes/objects.ts';
import { podNeeds } from '../../shared/kubernetes/pod-needs.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import { nodeUsage } from '../../shared/model/node-usage.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { until } from '../api-server/until.ts';
import { Observed } from './observed.ts';

const AGENT_TOKEN = 'agent-token';
const PATIENCE_MS = 60_000;
const PODS = '/api/v1/namespaces/default/pods';

const TEMPLATE: PodSpec = {
  tolerations: [{ operator: 'Exists' }],
  initContainers: [{ name: 'init', image: 'i', resources: { requests: { cpu: '900m' } } }],
  containers: [
    {
      name: 'c',
      image: 'i',
      resources: { requests: { cpu: '500m' }, limits: { memory: '256Mi' } },
      ports: [{ containerPort: 9100, hostPort: 9100 }],
    },
  ],
};

/** Nodes by name: allocatable resources, other pods, and the message of the scheduler about the daemon pod. */
const NODES = {
  roomy: { allocatable: { cpu: '2', memory: '1Gi', pods: '10' }, others: [], schedulerMessage: '' },
  exact: { allocatable: { cpu: '1', memory: '256Mi', pods: '1' }, others: [], schedulerMessage: '' },
  'short-cpu': {
    allocatable: { cpu: '1', memory: '1Gi', pods: '10' },
    others: [{ containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '101m' } } }] }],
    schedulerMessage: 'Insufficient cpu',
  },
  'short-memory': {
    allocatable: { cpu: '2', memory: '255Mi', pods: '10' },
    others: [],
    schedulerMessage: 'Insufficient memory',
  },
  'too-many-pods': {
    allocatable: { cpu: '2', memory: '1Gi', pods: '1' },
    others: [{ containers: [{ name: 'c', image: 'i' }] }],
    schedulerMessage: 'Too many pods',
  },
  'port-taken': {
    allocatable: { cpu: '2', memory: '1Gi', pods: '10' },
    others: [{ containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 9100 }] }] }],
    schedulerMessage: 'free ports',
  },
} as const;

const WORDS: Readonly<Record<string, string>> = {
  TOO_MANY_PODS: 'Too many pods',
  HOST_PORT_TAKEN: 'free ports',
};

describe.skipIf(!hasControlPlane)('nodes of a real API server', () => {
  let controlPlane: ControlPlane;
  let daemonPods: ReadonlyMap<string, Pod>;

  beforeAll(async () => {
    controlPlane = await startControlPlane({
      controllers: 'daemonset',
      scheduler: true,
      tokens: [`${AGENT_TOKEN},agent,agent,""`],
    });
    await grantReadAccess();
    for (const [name, { allocatable, others }] of Object.entries(NODES)) await makeNode(name, allocatable, others);
    await makeDaemonSet();
    await until('every daemon pod is bound or unschedulable', PATIENCE_MS, async () => {
      daemonPods = await podsByTarget();
      return [...daemonPods.values()].filter(hasAcknowledged).length === Object.keys(NODES).length;
    });
  }, START_PATIENCE_MS + PATIENCE_MS);

  afterAll(() => controlPlane?.stop());

  it.each(Object.entries(NODES))('agree with the scheduler about fit: %s', async (name, { schedulerMessage }) => {
    const { facts, pods } = await observe(name);
    const { fits, reasons } = fit({
      daemonSet: 'default/agent',
      needs: podNeeds(TEMPLATE),
      allocatable: facts.allocatable,
      usage: nodeUsage(pods),
    });
    const refusal = toUnboundPod(daemonPods.get(name) ?? {})?.health;
    expect(fits).toBe(schedulerMessage === '' ? 'yes' : 'no');
    expect(reasons.map(({ code, resource }) => WORDS[code] ?? `Insufficient ${resource}`)).toEqual(
      schedulerMessage ? [schedulerMessage] : [],
    );
    expect(refusal?.waitingReason ?? '').toBe(schedulerMessage && 'Unschedulable');
    expect(refusal?.waitingMessage ?? '').toContain(schedulerMessage);
    const bound = pods.filter(({ metadata }) => metadata?.ownerReferences !== undefined);
    expect(bound.length).toBe(schedulerMessage === '' ? 1 : 0);
  });

  async function observe(nodeName: string) {
    const reader = new ApiServerReader({
      access: controlPlane.access(AGENT_TOKEN),
      clock: systemClock,
      userAgent: 'rollcall-test',
    });
    const options = { reader, nodeName, clock: systemClock, random: () => 0.5 };
    const observer = new ClusterObserver({ ...options, pods: new ApiServerPods(options) });
    onTestFinished(() => observer.close());
    const observed = new Observed(observer);
    await until('the node is observed', PATIENCE_MS, () => observed.newest !== undefined);
    const { newest } = observed;
    if (newest === undefined) throw new Error(observed.problems.join());
    return newest;
  }

  async function grantReadAccess(): Promise<void> {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name: 'test-agent' };
    const rules = [{ apiGroups: [''], resources: ['nodes', 'pods'], verbs: ['get', 'list', 'watch'] }];
    await controlPlane.admin.create(`${rbac}/clusterroles`, { apiVersion, kind: 'ClusterRole', metadata, rules });
    await controlPlane.admin.create(`${rbac}/clusterrolebindings`, {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'test-agent' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'agent' }],
    });
  }

  async function makeNode(name: string, allocatable: object, others: readonly object[]): Promise<void> {
    const status = { allocatable, capacity: allocatable, conditions: [{ type: 'Ready', status: 'True' }] };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name }, status };
    await controlPlane.admin.create('/api/v1/nodes', node);
    for (const [index, spec] of others.entries()) {
      const metadata = { name: `other-${name}-${index}` };
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { ...spec, nodeName: name } };
      await controlPlane.admin.create(PODS, pod);
    }
  }

  async function makeDaemonSet(): Promise<void> {
    const labels = { app: 'agent' };
    await controlPlane.admin.create('/apis/apps/v1/namespaces/default/daemonsets', {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: TEMPLATE } },
    });
  }

  async function podsByTarget(): Promise<Map<string, Pod>> {
    const { items } = await controlPlane.admin.get(PODS, { labelSelector: 'app=agent' });
    return new Map((items as Pod[]).map((pod) => [targetNodeName(pod) ?? '', pod]));
  }
});

function hasAcknowledged({ spec, status }: Pod): boolean {
  const isRefused = status?.conditions?.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  return isRefused === true || Boolean(spec?.nodeName);
}
