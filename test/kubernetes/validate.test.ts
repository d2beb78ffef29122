/** Validation that the recorded API server responses do not cover: defaults, newer features, nodes, pods, and any value. */
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
  test('gets the relevant defaults', () => {
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

  test('does not change when it is validated again', () => {
    const first = validateDaemonSet(withSpec({ updateStrategy: { rollingUpdate: { maxUnavailable: '10%' } } }));
    expect(first.accepted && validateDaemonSet(first.daemonSet)).toEqual(first);
  });

  test('is accepted with any namespace unless one is required', () => {
    const elsewhere = { ...withSpec({}), metadata: { name: 'd', namespace: 'elsewhere' } };
    expect(validateDaemonSet(elsewhere).accepted).toBe(true);
    expect(validateDaemonSet(elsewhere, { namespace: 'default' })).toMatchObject({ accepted: false, code: 400 });
  });

  test('has a cause for every field of a wrong type, with the value in the message', () => {
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
  ])('with a surge is validated like in newer API servers: %j', (rollingUpdate, expected) => {
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
  ])('can use fields of newer API servers: %s', (_what, podSpec) => {
    expect(causesOf(validateDaemonSet(withPodSpec(podSpec)))).toEqual([]);
  });

  test('can have at most 256 KiB of annotations', () => {
    const annotated = (bytes: number): object => ({
      ...withSpec({}),
      metadata: { ...METADATA, annotations: { k: 'x'.repeat(bytes) } },
    });
    expect(causesOf(validateDaemonSet(annotated(256 * 1024 - 1)))).toEqual([]);
    expect(causesOf(validateDaemonSet(annotated(256 * 1024)))).toEqual(['metadata.annotations TooLong']);
  });

  test('with a megabyte in one field has short messages', () => {
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
    ['no metadata', {}, ['metadata.name Required']],
    ['an invalid name', { metadata: { name: 'N_1' } }, ['metadata.name Invalid']],
    ['a namespace', { metadata: { name: 'n', namespace: 'default' } }, ['metadata.namespace Forbidden']],
    ['an invalid label', { metadata: { name: 'n', labels: { a: 'b c' } } }, ['metadata.labels Invalid']],
  ])('with %s is rejected', (_what, node, causes) => {
    expect(causesOf(validateNode(node))).toEqual(causes);
  });

  test.each([
    ['no key', [{ effect: 'NoSchedule' }], ['[0].key Invalid', '[0].key Invalid']],
    ['an invalid value', [{ key: 'a', value: 'b c', effect: 'NoSchedule' }], ['[0].value Invalid']],
    ['no effect', [{ key: 'a' }], ['[0].effect Required']],
    ['an unknown effect', [{ key: 'a', effect: 'Never' }], ['[0].effect NotSupported']],
    [
      'a duplicate key and effect',
      [
        { key: 'a', value: 'b', effect: 'NoSchedule' },
        { key: 'a', effect: 'NoSchedule' },
      ],
      ['[1] Duplicate'],
    ],
  ])('with a taint with %s is rejected', (_what, taints, causes) => {
    const result = validateNode({ metadata: { name: 'n' }, spec: { taints } });
    expect(causesOf(result)).toEqual(causes.map((cause) => `spec.taints${cause}`));
  });

  test('with another kind, or with a number as a label value, is a bad request', () => {
    expect(validateNode({ kind: 'Pod', metadata: { name: 'n' } })).toMatchObject({ code: 400 });
    expect(validateNode({ metadata: { name: 'n', labels: { a: 1 } } })).toMatchObject({ code: 400 });
  });
});

describe('a Pod', () => {
  test('has the namespace default if it specifies none', () => {
    expect(validatePod({ metadata: { name: 'p' } })).toEqual({
      accepted: true,
      pod: { metadata: { name: 'p', namespace: 'default' } },
    });
  });

  test('requires a name', () => {
    expect(causesOf(validatePod({}))).toEqual(['metadata.name Required']);
  });

  test('can have an owner without a UID, as in a file written by hand', () => {
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', controller: true }];
    expect(validatePod({ metadata: { name: 'p', ownerReferences } })).toMatchObject({
      accepted: true,
      pod: { metadata: { ownerReferences } },
    });
  });
});

describe('validation of any value', () => {
  const validators = [validateDaemonSet, validateNode, validatePod];

  test('does not throw', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        for (const validate of validators) expect(typeof validate(value).accepted).toBe('boolean');
      }),
    );
  });

  test('does not throw if a field of a valid DaemonSet is replaced', () => {
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

describe('a message about a manifest, which the journal contains,', () => {
  const SECRET = 'hunter2';
  const container = { name: 'c', image: 'i' };

  test.each([
    ['a number as a value', { env: [{ name: 'PASSWORD', value: 48_151_623 }] }],
    ['an object as a value', { env: [{ name: 'PASSWORD', value: { text: SECRET } }] }],
    ['an environment as in compose files', { env: [`PASSWORD=${SECRET}`] }],
    ['an environment as a map', { env: { PASSWORD: SECRET } }],
    ['a name that contains the value', { env: [{ name: `PASSWORD=${SECRET}`, value: '' }] }],
    ['arguments as one string', { args: `--password=${SECRET}` }],
    ['a number among the arguments', { args: ['--pin', 48_151_623] }],
    [
      'a header with the value in its name',
      { livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: `a: ${SECRET}` }] } } },
    ],
  ])('does not quote %s', (_what, fields) => {
    const result = validateDaemonSet(withPodSpec({ containers: [{ ...container, ...fields }] }));
    expect(result.accepted).toBe(false);
    expect(JSON.stringify(result)).not.toMatch(/hunter2|48151623/);
  });

  test('contains the type of a value that it does not quote', () => {
    const result = validateDaemonSet(
      withPodSpec({ containers: [{ ...container, env: [`PASSWORD=${SECRET}`], args: {} }] }),
    );
    const messages = result.accepted ? [] : result.causes.map(({ message }) => message);
    expect(messages).toEqual(['must be an object, not a string', 'must be a list, not an object']);
  });
});
