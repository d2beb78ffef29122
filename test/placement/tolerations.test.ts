/** The rules of taints and tolerations. */
import { describe, expect, test } from 'vitest';
import type { Toleration } from '../../shared/kubernetes/objects.ts';
import { evaluatePlacement } from '../../shared/placement/index.ts';
import { daemonSet, node, reasonOf, taint, verdictOf } from './objects.ts';

function verdictWith(tolerations: Toleration[], ...taints: string[]): string {
  return verdictOf(daemonSet({ tolerations }), node({}, ...taints.map(taint)));
}

test('an untolerated NoSchedule leads to keep, an untolerated NoExecute to none, and PreferNoSchedule has no effect', () => {
  expect(verdictWith([], 'a=b:NoSchedule')).toBe('keep');
  expect(verdictWith([], 'a=b:NoExecute')).toBe('none');
  expect(verdictWith([], 'a=b:NoExecute', 'a=b:NoSchedule')).toBe('none');
  expect(verdictWith([], 'a=b:NoSchedule', 'a=b:NoExecute')).toBe('none');
  expect(verdictWith([], 'a=b:PreferNoSchedule')).toBe('run');
});

test.each<[string, Toleration, string, string]>([
  [
    'Equal with the same value',
    { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
    'a=b:NoSchedule',
    'run',
  ],
  ['no operator, which means Equal', { key: 'a', value: 'b' }, 'a=b:NoSchedule', 'run'],
  ['Equal with another value', { key: 'a', operator: 'Equal', value: 'c' }, 'a=b:NoSchedule', 'keep'],
  ['Equal without a value', { key: 'a', operator: 'Equal' }, 'a=b:NoSchedule', 'keep'],
  ['Equal without a value on a taint without one', { key: 'a' }, 'a:NoSchedule', 'run'],
  ['Exists', { key: 'a', operator: 'Exists' }, 'a=b:NoSchedule', 'run'],
  ['Exists with another value', { key: 'a', operator: 'Exists', value: 'c' }, 'a=b:NoSchedule', 'run'],
  ['Exists without a key', { operator: 'Exists' }, 'a=b:NoExecute', 'run'],
  ['the value but no key', { value: 'b' }, 'a=b:NoSchedule', 'run'],
  ['another key', { key: 'c', operator: 'Exists' }, 'a=b:NoSchedule', 'keep'],
  ['another effect', { key: 'a', operator: 'Exists', effect: 'NoExecute' }, 'a=b:NoSchedule', 'keep'],
  ['a finite time', { key: 'a', operator: 'Exists', tolerationSeconds: 0 }, 'a=b:NoExecute', 'run'],
  ['Gt, whose feature gate is off', { key: 'a', operator: 'Gt', value: '1' }, 'a=2:NoSchedule', 'keep'],
  ['Lt, whose feature gate is off', { key: 'a', operator: 'Lt', value: '3' }, 'a=2:NoSchedule', 'keep'],
  ['an unknown operator', { key: 'a', operator: 'exists' }, 'a=b:NoSchedule', 'keep'],
  ['an unknown effect', { key: 'a', operator: 'Exists', effect: 'noschedule' }, 'a=b:NoSchedule', 'keep'],
])('a toleration with %s', (_, toleration, onTaint, verdict) => {
  expect(verdictWith([toleration], onTaint)).toBe(verdict);
});

describe('the tolerations that Kubernetes adds', () => {
  test.each([
    ['not-ready:NoExecute', 'run'],
    ['unreachable:NoExecute', 'run'],
    ['disk-pressure:NoSchedule', 'run'],
    ['memory-pressure:NoSchedule', 'run'],
    ['pid-pressure:NoSchedule', 'run'],
    ['unschedulable:NoSchedule', 'run'],
    ['not-ready:NoSchedule', 'keep'],
    ['unreachable:NoSchedule', 'keep'],
    ['disk-pressure:NoExecute', 'none'],
    ['unschedulable:NoExecute', 'none'],
    ['network-unavailable:NoSchedule', 'keep'],
    ['out-of-service=x:NoExecute', 'none'],
  ])('lead for the taint %s to %s', (name, verdict) => {
    expect(verdictWith([], `node.kubernetes.io/${name}`)).toBe(verdict);
  });

  test('include network-unavailable only for pods on the host network', () => {
    const unavailable = node({}, taint('node.kubernetes.io/network-unavailable:NoSchedule'));
    expect(verdictOf(daemonSet({ hostNetwork: true }), unavailable)).toBe('run');
    expect(verdictOf(daemonSet({ hostNetwork: false }), unavailable)).toBe('keep');
  });

  test('replace a toleration in the template with the same key, effect, operator and value', () => {
    const tolerations = [
      { key: 'other', operator: 'Exists' },
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
    ];
    const result = evaluatePlacement(
      daemonSet({ tolerations }),
      node({}, taint('node.kubernetes.io/not-ready:NoExecute')),
    );
    expect(reasonOf(result, 'TAINT_TOLERATED').fieldPath).toBe('spec.template.spec.tolerations[1]');
    expect(reasonOf(result, 'TAINT_TOLERATED').edits).toEqual([]);
    expect(reasonOf(result, 'WARNING_TOLERATION_SECONDS_OVERWRITTEN').fieldPath).toBe(
      'spec.template.spec.tolerations[1]',
    );
  });
});

test('a cordoned node is desired, because its taint is tolerated', () => {
  const cordoned = { ...node({}, taint('node.kubernetes.io/unschedulable:NoSchedule')) };
  const result = evaluatePlacement(daemonSet({}), { ...cordoned, spec: { ...cordoned.spec, unschedulable: true } });
  expect(result.verdict).toBe('run');
  expect(reasonOf(result, 'NODE_UNSCHEDULABLE_IGNORED').outcome).toBe('ignored');
  expect(reasonOf(result, 'TAINT_TOLERATED_AUTOMATICALLY').nodeFieldPath).toBe('spec.taints[0]');
});
