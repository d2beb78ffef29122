/** The fields that placement reads. Other fields are not copied. */
import { expect, test } from 'vitest';
import {
  compilePlacement,
  type DaemonSet,
  placementFieldsOfDaemonSet,
  placementInputsOfNode,
} from '../../shared/placement/index.ts';
import { daemonSet, daemonSetWithTerms, node, requirement, taint } from './objects.ts';

test('the copy of a DaemonSet contains the fields that placement reads, and never an environment value', () => {
  const toleration = { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
  const original: unknown = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: {
      name: 'd',
      namespace: 'x',
      uid: 'u',
      generation: 7,
      annotations: { last: 'secret' },
      labels: { a: 'secret' },
    },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: {
        metadata: { annotations: { password: 'secret' } },
        spec: {
          nodeSelector: { disktype: 'ssd' },
          hostNetwork: true,
          tolerations: [{ ...toleration, comment: 'secret' }],
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'], x: 'secret' }] }],
              },
              preferredDuringSchedulingIgnoredDuringExecution: ['secret'],
            },
            podAffinity: 'secret',
          },
          containers: [{ name: 'c', env: [{ name: 'PASSWORD', value: 'secret' }] }],
        },
      },
    },
  };
  const copy = placementFieldsOfDaemonSet(original as DaemonSet);
  expect(copy).toEqual({
    metadata: { name: 'd', namespace: 'x', uid: 'u', generation: 7 },
    spec: {
      template: {
        spec: {
          nodeSelector: { disktype: 'ssd' },
          affinity: {
            nodeAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
              },
            },
          },
          tolerations: [toleration],
          hostNetwork: true,
        },
      },
    },
  });
});

test('a field of the wrong type is not copied', () => {
  const odd = JSON.parse('{"metadata":{"name":{"a":"secret"}},"spec":{"template":{"spec":{"nodeName":["secret"]}}}}');
  expect(JSON.stringify(placementFieldsOfDaemonSet(odd))).not.toContain('secret');
});

test('the inputs of a node contain no conditions, annotations, or taints without an effect on the verdict', () => {
  const on = node({ zone: 'a' }, taint('a=b:NoSchedule'), taint('c:PreferNoSchedule'), taint('d:NoExecute'));
  expect(placementInputsOfNode({ ...on, status: { conditions: [{ type: 'Ready' }] } })).toEqual({
    name: 'worker-1',
    labels: { zone: 'a' },
    taints: [
      { key: 'a', value: 'b', effect: 'NoSchedule' },
      { key: 'd', value: '', effect: 'NoExecute' },
    ],
  });
});

test('a DaemonSet reads the labels in its usable rules, and the node name only if a rule requires it', () => {
  const terms = daemonSetWithTerms(
    { matchExpressions: [requirement('zone', 'In', 'a')] },
    { matchExpressions: [requirement('gpu', 'Gt', 'x'), requirement('cpu', 'Exists')] },
  );
  const { reads } = compilePlacement(daemonSet({ ...terms.spec?.template?.spec, nodeSelector: { disktype: 'ssd' } }));
  expect(reads.labelKeys).toEqual(new Set(['disktype', 'zone']));
  expect(reads.nodeName).toBe(false);
  expect(compilePlacement(daemonSet({ nodeName: 'n' })).reads.nodeName).toBe(true);
  const byField = daemonSetWithTerms({ matchFields: [requirement('metadata.name', 'In', 'n')] });
  expect(compilePlacement(byField).reads.nodeName).toBe(true);
});
