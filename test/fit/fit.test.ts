/** Whether a daemon pod fits on a node, and the reasons if it does not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit } from '../../shared/fit/fit.ts';
import type { Pod, PodSpec } from '../../shared/kubernetes/objects.ts';
import { podNeeds } from '../../shared/kubernetes/pod-needs.ts';
import { amountsOf, amountText } from '../../shared/kubernetes/resource-amounts.ts';
import type { FitResult } from '../../shared/model/fit-result.ts';
import { nodeUsage } from '../../shared/model/node-usage.ts';
import { naiveFit } from './naive-fit.ts';

const KEY = 'default/agent';
const requests = (cpu: string, memory = '10Mi') => ({ resources: { requests: { cpu, memory } } });

function pod(name: string, spec: PodSpec, { owner, phase = 'Running' }: { owner?: string; phase?: string } = {}): Pod {
  const ownerReferences = owner ? [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: owner, controller: true }] : [];
  return { metadata: { namespace: 'default', name, ownerReferences }, spec, status: { phase } };
}

function fitOf(spec: PodSpec, allocatable: Record<string, string>, pods: readonly Pod[]): FitResult {
  const usage = nodeUsage(pods);
  return fit({ daemonSet: KEY, needs: podNeeds(spec), allocatable: amountsOf(allocatable), usage });
}

const messages = ({ reasons }: FitResult) => reasons.map(({ code, message }) => `${code}: ${message}`);

interface Port {
  readonly hostPort?: number;
  readonly containerPort?: number;
  readonly protocol?: string;
  readonly hostIP?: string;
}

const NODE = { cpu: '2', memory: '1024Mi', pods: '3' };

describe('a daemon pod', () => {
  it('fits if it requests exactly the remaining resources', () => {
    const spec = { containers: [requests('1500m', '24Mi')] };
    expect(fitOf(spec, NODE, [pod('web', { containers: [requests('500m', '1000Mi')] })])).toEqual({
      fits: 'yes',
      reasons: [],
    });
  });

  it('has a reason for every insufficient resource with the requested, allocatable and used amounts', () => {
    const spec = { containers: [requests('1501m', '25Mi')] };
    expect(messages(fitOf(spec, NODE, [pod('web', { containers: [requests('500m', '1000Mi')] })]))).toEqual([
      'RESOURCE_INSUFFICIENT: Insufficient cpu: the daemon pod requests 1501m, ' +
        'the node has 2 allocatable, and other pods request 500m.',
      'RESOURCE_INSUFFICIENT: Insufficient memory: the daemon pod requests 25Mi, ' +
        'the node has 1Gi allocatable, and other pods request 1000Mi.',
    ]);
  });

  it('does not fit if it requests a resource that the node does not have', () => {
    const spec = { containers: [{ resources: { limits: { 'nvidia.com/gpu': 1 } } }] };
    expect(messages(fitOf(spec, NODE, []))).toEqual([
      'RESOURCE_INSUFFICIENT: Insufficient nvidia.com/gpu: the daemon pod requests 1, ' +
        'the node has 0 allocatable, and other pods request 0.',
    ]);
  });

  it('does not fit if the node has too many pods, not counting those that ended', () => {
    const pods = ['a', 'b', 'c'].map((name) => pod(name, {}));
    expect(messages(fitOf({}, NODE, pods))).toEqual([
      'TOO_MANY_PODS: Too many pods: the node allows 3 pods and has 3 other pods.',
    ]);
    const ended = [...pods.slice(1), pod('d', {}, { phase: 'Succeeded' }), pod('e', {}, { phase: 'Failed' })];
    expect(fitOf({}, NODE, ended).fits).toBe('yes');
  });

  it('ignores the usage of pods of its own DaemonSet', () => {
    const spec = { containers: [{ ...requests('1500m'), ports: [{ hostPort: 80 }] }] };
    expect(fitOf(spec, NODE, [pod('agent-1', spec, { owner: 'agent' })]).fits).toBe('yes');
    expect(fitOf(spec, NODE, [pod('other-1', spec, { owner: 'other' })]).fits).toBe('no');
  });

  it.each([
    ['the same port', { hostPort: 9100 }, { hostPort: 9100 }, true],
    ['another protocol', { hostPort: 53, protocol: 'UDP' }, { hostPort: 53 }, false],
    ['another address', { hostPort: 53, hostIP: '10.0.0.1' }, { hostPort: 53, hostIP: '10.0.0.2' }, false],
    ['every address', { hostPort: 53, hostIP: '10.0.0.1' }, { hostPort: 53 }, true],
    ['a container port only', { containerPort: 80 }, { containerPort: 80 }, false],
  ])('conflicts only with a pod that uses its host port: %s', (_, mine: Port, theirs: Port, taken) => {
    const holder = pod('holder', { containers: [{ ports: [theirs] }] });
    const expected = taken ? [`HOST_PORT_TAKEN: Host port ${mine.hostPort}/TCP is used by pod default/holder.`] : [];
    expect(messages(fitOf({ containers: [{ ports: [mine] }] }, NODE, [holder]))).toEqual(expected);
  });

  it('uses all its container ports as host ports if it is on the host network', () => {
    const spec = { hostNetwork: true, containers: [{ ports: [{ containerPort: 9100 }] }] };
    expect(fitOf(spec, NODE, [pod('holder', spec)]).reasons).toMatchObject([{ pod: 'default/holder' }]);
  });

  it('has an unknown fit if its needs, the allocatable resources or the usage are unknown', () => {
    const known = { daemonSet: KEY, needs: podNeeds({}), allocatable: { pods: 1 }, usage: nodeUsage([]) };
    const code = (changes: Partial<typeof known | { needs: null } | { usage: null }>) => {
      const { fits, reasons } = fit({ ...known, ...changes });
      return [fits, ...reasons.map((reason) => reason.code)].join(' ');
    };
    expect(code({})).toBe('yes');
    expect(code({ needs: null })).toBe('unknown REQUESTS_UNKNOWN');
    expect(code({ allocatable: {} as { pods: number } })).toBe('unknown ALLOCATABLE_UNKNOWN');
    expect(code({ usage: null })).toBe('unknown USAGE_UNKNOWN');
  });
});

describe('the needs of a pod', () => {
  it('are the larger of containers and init containers, each with sidecars, plus the overhead', () => {
    const spec = {
      initContainers: [
        { restartPolicy: 'Always', ...requests('100m', '100Mi') },
        requests('900m', '10Mi'),
        { restartPolicy: 'Always', ...requests('50m', '50Mi') },
      ],
      containers: [requests('300m', '300Mi'), requests('200m', '200Mi')],
      overhead: { cpu: '5m' },
    };
    expect(podNeeds(spec).requests).toEqual({ cpu: 1005, memory: 650 * 1024 * 1024 });
  });

  it('use pod-level requests if the pod specifies them', () => {
    const spec = { resources: { requests: { cpu: '1' } }, containers: [requests('300m', '300Mi')] };
    expect(podNeeds(spec).requests).toEqual({ cpu: 1000, memory: 300 * 1024 * 1024 });
  });

  it('are rounded up, without zeros and invalid quantities', () => {
    const quantities = { cpu: '0.0001', memory: '100500m', none: '0', odd: 'x', odder: { a: 1 } };
    expect(amountsOf(quantities)).toEqual({ cpu: 1, memory: 101 });
  });

  it('can be computed for any value', () => {
    fc.assert(
      fc.property(fc.anything(), (spec) => {
        expect(podNeeds(spec).hostPorts).toBeInstanceOf(Array);
      }),
    );
  });
});

describe('amountText', () => {
  it.each([
    ['cpu', 2000, '2'],
    ['cpu', 250, '250m'],
    ['memory', 1536 * 1024 * 1024, '1.5Gi'],
    ['memory', 100, '100'],
    ['ephemeral-storage', 2048, '2Ki'],
    ['pods', 2048, '2048'],
  ])('of %s is formatted as in manifests', (resource, amount, text) => {
    expect(amountText(resource, amount)).toBe(text);
  });
});

describe('fit', () => {
  const cpu = fc.constantFrom('0', '100m', '500m', '1', '2', '1500m');
  const memory = fc.constantFrom('0', '64Mi', '100Mi', '512Mi');
  const device = fc.constantFrom('0', '1', '2');
  const quantities = fc.record({ cpu, memory, 'example.com/device': device }, { requiredKeys: [] });
  const port = fc.record(
    {
      containerPort: fc.constantFrom(80, 90),
      hostPort: fc.constantFrom(80, 90),
      protocol: fc.constantFrom('TCP', 'UDP'),
      hostIP: fc.constantFrom('0.0.0.0', '10.0.0.1', '10.0.0.2'),
    },
    { requiredKeys: [] },
  );
  const container = fc.record(
    {
      resources: fc.record({ requests: quantities, limits: quantities }, { requiredKeys: [] }),
      ports: fc.array(port, { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  const init = fc.tuple(container, fc.constantFrom({}, { restartPolicy: 'Always' })).map((parts) => ({
    ...parts[0],
    ...parts[1],
  }));
  const spec = fc.record(
    {
      hostNetwork: fc.boolean(),
      containers: fc.array(container, { maxLength: 2 }),
      initContainers: fc.array(init, { maxLength: 3 }),
      overhead: quantities,
    },
    { requiredKeys: [] },
  );
  const anyPod = fc
    .record({
      spec,
      owner: fc.constantFrom(undefined, 'agent', 'other'),
      phase: fc.constantFrom('Running', 'Pending', 'Succeeded', 'Failed'),
    })
    .map(({ spec: of, owner, phase }) => pod('p', of, { phase, ...(owner !== undefined && { owner }) }));
  const allocatable = fc.record({
    cpu: fc.constantFrom('1', '2', '4', '1500m'),
    memory: fc.constantFrom('128Mi', '512Mi', '1024Mi'),
    'example.com/device': device,
    pods: fc.constantFrom('1', '3', '110'),
  });

  it('equals the naive implementation', () => {
    fc.assert(
      fc.property(spec, allocatable, fc.array(anyPod, { maxLength: 5 }), (of, node, pods) => {
        const { fits, reasons } = fitOf(of, node, pods);
        const named = reasons.map(({ resource, message }) => {
          const [, number, protocol] = /^Host port (\d+)\/(\w+)/.exec(message) ?? [];
          return resource || `${protocol}/${number}`;
        });
        expect([...new Set(named)].sort()).toEqual(naiveFit(of, KEY, node, pods));
        expect(fits).toBe(reasons.length === 0 ? 'yes' : 'no');
      }),
      { numRuns: 2000 },
    );
  });
});
