/** Facts derived from nodes, pods and templates, and the arithmetic of quantities. */
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../shared/canonical-json.ts';
import { readManifests } from '../../shared/kubernetes/manifests/read-manifests.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { isWholeQuantity, parseQuantity } from '../../shared/kubernetes/quantity.ts';
import { templateRevision } from '../../shared/kubernetes/template-revision.ts';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';
import { nodeFacts, nodeFromFacts } from '../../shared/model/node-facts.ts';
import { podHealth } from '../../shared/model/pod-health.ts';

describe('quantities', () => {
  test.each([
    ['1', 1_000_000_000n],
    ['100m', 100_000_000n],
    ['1.5', 1_500_000_000n],
    ['1Ki', 1_024_000_000_000n],
    ['1.5Gi', 1_610_612_736_000_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['-1', -1_000_000_000n],
    ['0.0000000001', 1n],
    ['m', 0n],
    [2, 2_000_000_000n],
  ])('%s', (text, nano) => {
    expect(parseQuantity(text)).toBe(nano);
  });

  test.each(['', 'x', '2 Gigs', '1KiB', '1e', '0x10', '1i', '1..2'])('%j is not a valid quantity', (text) => {
    expect(parseQuantity(text)).toBeNull();
  });

  test('very large exponents and lengths are parsed quickly and keep their order', () => {
    const large = parseQuantity('1e1000000') ?? 0n;
    expect(large > (parseQuantity('1000000Ei') ?? 0n)).toBe(true);
    expect(parseQuantity('1e-1000000')).toBe(1n);
    expect(parseQuantity(`0.${'0'.repeat(100_000)}1`)).toBe(1n);
    expect(parseQuantity('9'.repeat(1_000_000))).toBe(large);
  });

  test('a quantity is whole if it is an integer after rounding up to thousandths', () => {
    expect(isWholeQuantity(parseQuantity('2') ?? 0n)).toBe(true);
    expect(isWholeQuantity(parseQuantity('0.5') ?? 0n)).toBe(false);
  });
});

describe('canonical JSON', () => {
  test('sorts keys at every level and omits undefined values', () => {
    expect(canonicalJson({ b: [{ d: 1, c: null }], a: undefined, A: 'x' })).toBe('{"A":"x","b":[{"c":null,"d":1}]}');
  });
});

describe('the template revision', () => {
  const yaml = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: d}
spec:
  template:
    spec: {containers: [{image: i, name: c}]}
    metadata: {labels: {app: d}}
  selector: {matchLabels: {app: d}}
`;

  function revisionOf(text: string): string {
    const [manifest] = readManifests(new TextEncoder().encode(text), 'x').objects;
    const result = validateDaemonSet(manifest?.object);
    return result.accepted ? templateRevision(result.daemonSet) : 'refused';
  }

  test('consists of ten of the characters that Kubernetes uses in generated names', () => {
    expect(revisionOf(yaml)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{10}$/);
  });

  test('is equal for YAML and JSON and for any order of keys', () => {
    const json = {
      kind: 'DaemonSet',
      apiVersion: 'apps/v1',
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
      metadata: { name: 'd' },
    };
    expect(revisionOf(JSON.stringify(json))).toBe(revisionOf(yaml));
  });

  test('changes only with the template', () => {
    expect(revisionOf(yaml.replace('image: i', 'image: j'))).not.toBe(revisionOf(yaml));
    expect(revisionOf(yaml.replace('{name: d}', '{name: d, labels: {x: z}}'))).toBe(revisionOf(yaml));
  });
});

describe('node facts', () => {
  const node = {
    metadata: { name: 'n1', uid: 'u1', resourceVersion: '42', labels: { b: '2', a: '' } },
    spec: {
      unschedulable: true,
      taints: [
        { key: 'b', effect: 'NoExecute' },
        { key: 'a', value: 'x', effect: 'NoSchedule' },
      ],
    },
    status: {
      conditions: [
        { type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' },
        { type: 'DiskPressure', status: 'False' },
      ],
      nodeInfo: { kubeletVersion: 'v1.30.0', architecture: 'arm64' },
    },
  };

  test('contain labels, taints in their order, and sorted conditions', () => {
    expect(nodeFacts(node)).toMatchObject({
      name: 'n1',
      uid: 'u1',
      resourceVersion: '42',
      labels: { b: '2', a: '' },
      unschedulable: true,
      taints: [
        { key: 'b', value: '', effect: 'NoExecute' },
        { key: 'a', value: 'x', effect: 'NoSchedule' },
      ],
      conditions: [{ type: 'DiskPressure' }, { type: 'Ready' }],
      versions: { kubelet: 'v1.30.0', kernel: '', architecture: 'arm64' },
    });
  });

  test('do not change when converted to a Node and back', () => {
    expect(nodeFacts(nodeFromFacts(nodeFacts(node)))).toEqual(nodeFacts(node));
  });

  test('of an empty node are empty', () => {
    expect(nodeFacts({})).toMatchObject({ name: '', resourceVersion: '', taints: [], unschedulable: false });
  });
});

describe('pod health', () => {
  const READY_MS = Date.parse('2026-01-01T00:00:00Z');
  const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'du', controller: true };
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' };

  function pod(status: NonNullable<Pod['status']>, metadata: NonNullable<Pod['metadata']> = {}): Pod {
    return {
      metadata: { name: 'd-x', namespace: 'logging', uid: 'pu', ownerReferences: [owner], ...metadata },
      status,
    };
  }

  function healthOf(subject: Pod, nowMs = READY_MS, minReadySeconds = 0): ReturnType<typeof podHealth> {
    return podHealth(subject, { nowMs, minReadySeconds });
  }

  test('is null for a pod that no DaemonSet owns', () => {
    expect(healthOf({ metadata: { name: 'p' } })).toBeNull();
    expect(healthOf(pod({}, { ownerReferences: [{ ...owner, kind: 'ReplicaSet' }] }))).toBeNull();
    expect(healthOf(pod({}, { ownerReferences: [{ ...owner, apiVersion: 'other.example/v1' }] }))).toBeNull();
  });

  test('contains the DaemonSet, the template revision and the time since when the pod is ready', () => {
    const labels = { 'controller-revision-hash': 'abc' };
    const containerStatuses = [{ restartCount: 2 }, { restartCount: 3 }];
    expect(healthOf(pod({ phase: 'Running', conditions: [ready], containerStatuses }, { labels }))).toEqual({
      daemonSet: 'logging/d',
      daemonSetUid: 'du',
      podName: 'd-x',
      podUid: 'pu',
      phase: 'Running',
      ready: true,
      available: true,
      restartCount: 5,
      waitingReason: '',
      waitingMessage: '',
      templateRevision: 'abc',
      sinceMs: READY_MS,
      createdMs: 0,
      terminating: false,
    });
  });

  test('is unscheduled if only the affinity names the node', () => {
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: ['n1'] }];
    const required = { nodeSelectorTerms: [{ matchFields }] };
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
    const pending = pod({ phase: 'Pending' });
    expect(healthOf({ ...pending, spec: { affinity } })).toMatchObject({ unscheduled: true });
    expect(healthOf({ ...pending, spec: { affinity, nodeName: 'n1' } })).not.toHaveProperty('unscheduled');
    expect(healthOf(pending)).not.toHaveProperty('unscheduled');
  });

  test('is available only after minReadySeconds', () => {
    const running = pod({ phase: 'Running', conditions: [ready] });
    expect(healthOf(running, READY_MS + 9_999, 10)).toMatchObject({ ready: true, available: false });
    expect(healthOf(running, READY_MS + 10_000, 10)).toMatchObject({ ready: true, available: true });
  });

  test.each([
    [
      'a crashing container instead of a starting one',
      {
        containerStatuses: [
          { state: { waiting: { reason: 'ContainerCreating' } } },
          { state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m' } } },
        ],
      },
      'CrashLoopBackOff: back-off 5m',
    ],
    [
      'an init container',
      { initContainerStatuses: [{ state: { waiting: { reason: 'ImagePullBackOff' } } }] },
      'ImagePullBackOff: ',
    ],
    [
      'the scheduler',
      { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }] },
      'Unschedulable: 0/3 nodes',
    ],
    ['an eviction', { phase: 'Failed', reason: 'Evicted', message: 'disk' }, 'Evicted: disk'],
    [
      'a container that terminated with an error',
      { phase: 'Failed', containerStatuses: [{ name: 'web', state: { terminated: { reason: 'OOMKilled' } } }] },
      'OOMKilled: container web terminated',
    ],
    [
      'a container that terminated with an error and will restart',
      {
        initContainerStatuses: [{ name: 'init', state: { terminated: { reason: 'Completed', exitCode: 0 } } }],
        containerStatuses: [
          { name: 'web', state: { terminated: { reason: 'Error', exitCode: 2, message: 'no disk' } } },
        ],
      },
      'Error: container web terminated with exit code 2: no disk',
    ],
    [
      'a crashing container, with its last termination',
      {
        containerStatuses: [
          {
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
      'CrashLoopBackOff: back-off 5m; last termination: OOMKilled, exit code 137',
    ],
    [
      'a missing ConfigMap',
      {
        containerStatuses: [
          { state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' } } },
        ],
      },
      'CreateContainerConfigError: configmap "x" not found',
    ],
    [
      'the Ready condition',
      {
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'ContainersNotReady',
            message: 'containers with unready status: [c]',
          },
        ],
        containerStatuses: [{ name: 'c', ready: false, state: {} }],
      },
      'ContainersNotReady: containers with unready status: [c]',
    ],
    [
      'a ready pod, which has none',
      {
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [{ lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }],
      },
      ': ',
    ],
    ['a pod without details, which has none', { phase: 'Running' }, ': '],
  ])('has the waiting reason of %s', (_what, status, expected) => {
    const health = healthOf(pod(status));
    expect(`${health?.waitingReason}: ${health?.waitingMessage}`).toBe(expected);
  });

  test('shows that a pod is terminating, and an unknown phase as Unknown', () => {
    expect(healthOf(pod({ phase: 'Odd' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toMatchObject({
      phase: 'Unknown',
      terminating: true,
    });
  });
});
