/** The pod that is created from a template. The expected pods are written out, as the built-in controller creates them. */
import { describe, expect, it } from 'vitest';
import { daemonPod } from '../../coordinator/rollout/daemon-pod.ts';
import { templateGeneration } from '../../coordinator/rollout/template-generation.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';

const GENERATION = 'deprecated.daemonset.template.generation';

const exists = (key: string, effect: string) => ({ key: `node.kubernetes.io/${key}`, operator: 'Exists', effect });
const AUTOMATIC = [
  exists('not-ready', 'NoExecute'),
  exists('unreachable', 'NoExecute'),
  exists('disk-pressure', 'NoSchedule'),
  exists('memory-pressure', 'NoSchedule'),
  exists('pid-pressure', 'NoSchedule'),
  exists('unschedulable', 'NoSchedule'),
];

function daemonSet(spec: object = {}, metadata: object = {}, annotations: object = { [GENERATION]: '3' }): RawObject {
  return {
    metadata: { name: 'agent', namespace: 'system', uid: 'u1', resourceVersion: '1', annotations },
    spec: { template: { metadata, spec } },
  };
}

function created(object: RawObject): { metadata: Record<string, unknown>; spec: Record<string, unknown> } {
  const pod = daemonPod({ daemonSet: object, node: 'n1', revisionHash: 'abc', name: 'agent-x7k2b' });
  return pod as ReturnType<typeof created>;
}

describe('a daemon pod', () => {
  it('has the metadata of the template, the hash, the generation and its controller, and nothing else', () => {
    const metadata = {
      name: 'ignored',
      creationTimestamp: null,
      labels: { app: 'agent' },
      annotations: { note: 'x' },
      finalizers: ['example.org/f'],
    };
    expect(created(daemonSet({}, metadata)).metadata).toEqual({
      name: 'agent-x7k2b',
      namespace: 'system',
      labels: { app: 'agent', 'pod-template-generation': '3', 'controller-revision-hash': 'abc' },
      annotations: { note: 'x' },
      finalizers: ['example.org/f'],
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          name: 'agent',
          uid: 'u1',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    });
  });

  it('has no generation where the DaemonSet has none, and no annotations or finalizers where the template has none', () => {
    const { metadata } = created(daemonSet({}, {}, {}));
    expect(Object.keys(metadata)).toEqual(['name', 'namespace', 'labels', 'ownerReferences']);
    expect(metadata['labels']).toEqual({ 'controller-revision-hash': 'abc' });
  });

  it('is not bound, and has the fields of the template, also those that this program does not know', () => {
    const spec = { containers: [{ name: 'c', fieldOfTomorrow: { a: [1] } }], nodeSelector: { a: 'b' }, other: null };
    const { affinity: _, tolerations: __, ...rest } = created(daemonSet(spec)).spec;
    expect(rest).toEqual(spec);
  });

  it('names its node instead of the required terms, and keeps every other affinity', () => {
    const preferred = [{ weight: 1, preference: { matchExpressions: [{ key: 'k', operator: 'Exists' }] } }];
    const podAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'zone' }] };
    const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: 'zone', operator: 'In', values: ['b'] }] },
          { matchFields: [] },
        ],
      },
      preferredDuringSchedulingIgnoredDuringExecution: preferred,
    };
    const named = {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
    };
    expect(created(daemonSet({ affinity: { nodeAffinity, podAffinity, podAntiAffinity } })).spec['affinity']).toEqual({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: named,
        preferredDuringSchedulingIgnoredDuringExecution: preferred,
      },
      podAffinity,
      podAntiAffinity,
    });
    const alone = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: named } };
    expect(created(daemonSet({ affinity: null })).spec['affinity']).toEqual(alone);
    expect(created(daemonSet()).spec['affinity']).toEqual(alone);
  });

  it('has the automatic tolerations after those of the template', () => {
    const own = { key: 'dedicated', operator: 'Equal', value: 'x', effect: 'NoSchedule' };
    expect(created(daemonSet({ tolerations: [own] })).spec['tolerations']).toEqual([own, ...AUTOMATIC]);
  });

  it('tolerates a node without a network only if it uses the network of the node', () => {
    const network = exists('network-unavailable', 'NoSchedule');
    expect(created(daemonSet({ hostNetwork: true })).spec['tolerations']).toEqual([...AUTOMATIC, network]);
    expect(created(daemonSet({ hostNetwork: false })).spec['tolerations']).toEqual(AUTOMATIC);
  });

  it('has an automatic toleration at the place of an equal one, without its seconds', () => {
    const first = { ...exists('unreachable', 'NoExecute'), tolerationSeconds: 30 };
    const last = { operator: 'Exists', effect: 'NoSchedule' };
    const [notReady, unreachable, ...others] = AUTOMATIC;
    expect(created(daemonSet({ tolerations: [first, last] })).spec['tolerations']).toEqual([
      unreachable,
      last,
      notReady,
      ...others,
    ]);
  });

  it.each([
    ['operator', { operator: 'Equal' }],
    ['effect', { effect: 'NoSchedule' }],
    ['value', { value: 'x' }],
  ])('keeps a toleration with another %s', (_, change) => {
    const own = { ...exists('not-ready', 'NoExecute'), ...change };
    expect(created(daemonSet({ tolerations: [own] })).spec['tolerations']).toEqual([own, ...AUTOMATIC]);
  });

  it('leaves the DaemonSet as it is', () => {
    const tolerations = [{ ...exists('not-ready', 'NoExecute'), tolerationSeconds: 1 }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } };
    const object = daemonSet({ tolerations, affinity }, { labels: { a: 'b' } });
    const before = structuredClone(object);
    created(object);
    expect(object).toEqual(before);
  });
});

describe('the generation of a template', () => {
  it.each([
    ['1', '1'],
    ['+7', '7'],
    ['-0', '0'],
    ['007', '7'],
    ['9223372036854775807', '9223372036854775807'],
    ['9223372036854775808', null],
    ['-9223372036854775808', '-9223372036854775808'],
    ['-9223372036854775809', null],
    ['1.0', null],
    [' 1', null],
    ['0x1', null],
    ['', null],
  ])('of the annotation %j is %j', (annotation, generation) => {
    expect(templateGeneration(daemonSet({}, {}, { [GENERATION]: annotation }))).toBe(generation);
  });
});
