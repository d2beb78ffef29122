/** Validation where the recorded answers of API servers end: defaults, newer features, nodes, pods, and anything at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StatusCause } from '../../shared/kubernetes/status-cause.ts';
import type { Rejection } from '../../shared/kubernetes/validation/rejection.ts';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';
import { validateNode } from '../../shared/kubernetes/validation/validate-node.ts';
import { validatePod } from '../../shared/kubernetes/validation/validate-pod.ts';

const METADATA = { name: 'd', namespace: 'default' };
const SPEC = {
  selector: { matchLabels: { app: 'd' } },
  template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
};

function withSpec(spec: object): object {
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: METADATA, spec: { ...SPEC, ...spec } };
}

function withPodSpec(podSpec: object): object {
  return withSpec({ template: { ...SPEC.template, spec: { ...SPEC.template.spec, ...podSpec } } });
}

function causesOf(result: { accepted: true } | Rejection): string[] {
  return result.accepted ? [] : result.causes.map((cause: StatusCause) => `${cause.fieldPath} ${cause.kind}`);
}

describe('a DaemonSet', () => {
  test('gets the defaults that matter', () => {
    expect(validateDaemonSet({ metadata: { name: 'd' }, spec: SPEC })).toMatchObject({
      accepted: true,
      daemonSet: {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'd', namespace: 'default' },
        spec: {
          updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
          minReadySeconds: 0,
          revisionHistoryLimit: 10,
        },
      },
    });
  });

  test('stays as it is when it is validated again', () => {
    const first = validateDaemonSet(withSpec({ updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } }));
    expect(first.accepted && validateDaemonSet(first.daemonSet)).toEqual(first);
  });

  test('of any namespace is accepted unless one is asked for', () => {
    const elsewhere = { ...withSpec({}), metadata: { name: 'd', namespace: 'elsewhere' } };
    expect(validateDaemonSet(elsewhere).accepted).toBe(true);
    expect(validateDaemonSet(elsewhere, { namespace: 'default' })).toMatchObject({ accepted: false, code: 400 });
  });

  test('names every field of a wrong type, with the value in the sentence', () => {
    const result = validateDaemonSet({
      metadata: { name: 'd', labels: { a: true } },
      spec: { ...SPEC, minReadySeconds: '5' },
    });
    expect(result).toEqual({
      accepted: false,
      code: 400,
      reason: 'BadRequest',
      causes: [
        {
          kind: 'TypeInvalid',
          fieldPath: 'metadata.labels[a]',
          message: 'must be a string (quote it in YAML), not true',
        },
        {
          kind: 'TypeInvalid',
          fieldPath: 'spec.minReadySeconds',
          message: 'must be a 32-bit integer, not "5"',
        },
      ],
    });
  });

  test.each([
    [{ maxSurge: 1, maxUnavailable: 0 }, []],
    [{ maxSurge: '10%', maxUnavailable: '0%' }, []],
    [{ maxSurge: 1 }, ['maxSurge Invalid']],
    [{ maxSurge: 1, maxUnavailable: 1 }, ['maxSurge Invalid']],
    [{ maxSurge: 0, maxUnavailable: 0 }, ['maxUnavailable Invalid']],
    [{ maxSurge: 'many', maxUnavailable: 0 }, ['maxSurge Invalid', 'maxUnavailable Invalid']],
    [{ maxSurge: '101%', maxUnavailable: 0 }, ['maxSurge Invalid']],
  ])('with a surge, as newer API servers know it: %j', (rollingUpdate, expected) => {
    const result = validateDaemonSet(withSpec({ updateStrategy: { rollingUpdate } }));
    expect(causesOf(result)).toEqual(expected.map((cause) => `spec.updateStrategy.rollingUpdate.${cause}`));
  });

  test.each([
    ['a gRPC probe', { containers: [{ name: 'c', image: 'i', livenessProbe: { grpc: { port: 80 } } }] }],
    ['a sleeping hook', { containers: [{ name: 'c', image: 'i', lifecycle: { preStop: { sleep: { seconds: 5 } } } }] }],
    ['an ephemeral volume', { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: {} } }] }],
    [
      'a sidecar with a probe',
      {
        initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always', startupProbe: { tcpSocket: { port: 1 } } }],
      },
    ],
    [
      'status.hostIPs',
      {
        containers: [
          { name: 'c', image: 'i', env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.hostIPs' } } }] },
        ],
      },
    ],
  ])('may use what only newer API servers know: %s', (_what, podSpec) => {
    expect(causesOf(validateDaemonSet(withPodSpec(podSpec)))).toEqual([]);
  });

  test('may have 256 KiB of annotations and no more', () => {
    const annotated = (bytes: number): object => ({
      ...withSpec({}),
      metadata: { ...METADATA, annotations: { k: 'x'.repeat(bytes) } },
    });
    expect(causesOf(validateDaemonSet(annotated(256 * 1024 - 1)))).toEqual([]);
    expect(causesOf(validateDaemonSet(annotated(256 * 1024)))).toEqual(['metadata.annotations TooLong']);
  });

  test('with a megabyte in one field gives short sentences', () => {
    const result = validateDaemonSet({ ...withSpec({}), metadata: { name: 'x'.repeat(1_000_000) } });
    expect(result.accepted ? [] : result.causes.map(({ message }) => message.length < 300)).toEqual([true]);
  });
});

describe('a Node', () => {
  test('is accepted with labels and taints', () => {
    const node = {
      metadata: { name: 'n1', labels: { 'kubernetes.io/hostname': 'n1' } },
      spec: {
        taints: [
          { key: 'a', effect: 'NoSchedule' },
          { key: 'a', value: 'b', effect: 'NoExecute' },
        ],
      },
    };
    expect(validateNode(node)).toEqual({ accepted: true, node });
  });

  test.each([
    ['no name', { metadata: {} }, ['metadata.name Required']],
    ['nothing', {}, ['metadata.name Required']],
    ['a bad name', { metadata: { name: 'N_1' } }, ['metadata.name Invalid']],
    ['a namespace', { metadata: { name: 'n', namespace: 'default' } }, ['metadata.namespace Forbidden']],
    ['a bad label', { metadata: { name: 'n', labels: { a: 'b c' } } }, ['metadata.labels Invalid']],
  ])('with %s is refused', (_what, node, causes) => {
    expect(causesOf(validateNode(node))).toEqual(causes);
  });

  test.each([
    ['no key', [{ effect: 'NoSchedule' }], ['[0].key Invalid', '[0].key Invalid']],
    ['a bad value', [{ key: 'a', value: 'b c', effect: 'NoSchedule' }], ['[0].value Invalid']],
    ['no effect', [{ key: 'a' }], ['[0].effect Required']],
    ['an unknown effect', [{ key: 'a', effect: 'Never' }], ['[0].effect NotSupported']],
    [
      'key and effect twice',
      [
        { key: 'a', value: 'b', effect: 'NoSchedule' },
        { key: 'a', effect: 'NoSchedule' },
      ],
      ['[1] Duplicate'],
    ],
  ])('with a taint with %s is refused', (_what, taints, causes) => {
    const result = validateNode({ metadata: { name: 'n' }, spec: { taints } });
    expect(causesOf(result)).toEqual(causes.map((cause) => `spec.taints${cause}`));
  });

  test('of another kind, or with a label that is a number, is a bad request', () => {
    expect(validateNode({ kind: 'Pod', metadata: { name: 'n' } })).toMatchObject({ code: 400 });
    expect(validateNode({ metadata: { name: 'n', labels: { a: 1 } } })).toMatchObject({ code: 400 });
  });
});

describe('a Pod', () => {
  test('is in the namespace default where it says none', () => {
    expect(validatePod({ metadata: { name: 'p' } })).toEqual({
      accepted: true,
      pod: { metadata: { name: 'p', namespace: 'default' } },
    });
  });

  test('needs a name', () => {
    expect(causesOf(validatePod({}))).toEqual(['metadata.name Required']);
  });

  test('accepts an owner without a uid, as a file written by hand names it', () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', controller: true }];
    expect(validatePod({ metadata: { name: 'p', ownerReferences } })).toMatchObject({
      accepted: true,
      pod: { metadata: { ownerReferences } },
    });
  });
});

describe('whatever the value', () => {
  const validators = [validateDaemonSet, validateNode, validatePod];

  test('nothing throws', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const validate of validators) expect(typeof validate(value).accepted).toBe('boolean');
      }),
    );
  });

  test('nothing throws where any field of a good DaemonSet is replaced', () => {
    const good = JSON.stringify(
      withPodSpec({
        volumes: [{ name: 'v', configMap: { name: 'x', items: [{ key: 'k', path: 'p' }] } }],
        tolerations: [{ key: 'a', operator: 'Exists' }],
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] } } },
        topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule' }],
      }),
    );
    const places = [...good.matchAll(/:(?=["[{0-9])/g)].length;
    fc.assert(
      fc.property(fc.nat(places - 1), fc.jsonValue({ maxDepth: 2 }), (place, replacement) => {
        let count = -1;
        const changed: unknown = JSON.parse(good, (_key, value: unknown) => {
          count++;
          return count === place ? replacement : value;
        });
        const result = validateDaemonSet(changed);
        expect(result.accepted || result.causes.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a sentence about a manifest, which the journal keeps,', () => {
  const SECRET = 'hunter2';
  const container = { name: 'c', image: 'i' };

  test.each([
    ['a number where a value belongs', { env: [{ name: 'PASSWORD', value: 48_151_623 }] }],
    ['an object where a value belongs', { env: [{ name: 'PASSWORD', value: { text: SECRET } }] }],
    ['an environment as compose files have it', { env: [`PASSWORD=${SECRET}`] }],
    ['an environment as a map', { env: { PASSWORD: SECRET } }],
    ['a name that holds the value', { env: [{ name: `PASSWORD=${SECRET}`, value: '' }] }],
    ['arguments as one text', { args: `--password=${SECRET}` }],
    ['a number among the arguments', { args: ['--pin', 48_151_623] }],
    [
      'a header whose name holds it',
      { livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: `a: ${SECRET}` }] } } },
    ],
  ])('tells nothing of %s', (_what, fields) => {
    const result = validateDaemonSet(withPodSpec({ containers: [{ ...container, ...fields }] }));
    expect(result.accepted).toBe(false);
    expect(JSON.stringify(result)).not.toMatch(/hunter2|48151623/);
  });

  test('tells the kind of what it does not tell', () => {
    const result = validateDaemonSet(
      withPodSpec({ containers: [{ ...container, env: [`PASSWORD=${SECRET}`], args: {} }] }),
    );
    const messages = result.accepted ? [] : result.causes.map(({ message }) => message);
    expect(messages).toEqual(['must be an object, not a string', 'must be a list, not an object']);
  });
});
