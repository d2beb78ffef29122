/** Warnings about DaemonSets and nodes. */
import { describe, expect, test } from 'vitest';
import type { Toleration } from '../../shared/kubernetes/objects.ts';
import { compilePlacement, type DaemonSet, evaluatePlacement } from '../../shared/placement/index.ts';
import {
  daemonSet,
  daemonSetWithRequirement,
  daemonSetWithTerms,
  node,
  reasonOf,
  requirement,
  taint,
} from './objects.ts';

function warningsOf(placed: DaemonSet): string[] {
  return compilePlacement(placed).warnings.map(
    ({ code, fieldPath }) => `${code} ${fieldPath.split('.').slice(3).join('.')}`,
  );
}

const TERMS = 'affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms';

test('a correct DaemonSet has no warnings', () => {
  const spec = daemonSetWithRequirement('zone', 'In', 'a', 'b').spec?.template?.spec;
  const tolerations = [{ operator: 'Exists' }, { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' }];
  expect(warningsOf(daemonSet({ ...spec, nodeSelector: { zone: 'a' }, tolerations }))).toEqual([]);
});

describe('node affinity', () => {
  test('without terms or with an empty term has a warning that it matches nothing', () => {
    expect(warningsOf(daemonSetWithTerms())).toEqual([
      `WARNING_AFFINITY_WITHOUT_TERMS ${TERMS.replace('.nodeSelectorTerms', '')}`,
    ]);
    expect(warningsOf(daemonSetWithTerms({}, { matchExpressions: [requirement('a', 'Exists')] }))).toEqual([
      `WARNING_TERM_EMPTY ${TERMS}[0]`,
    ]);
  });

  test.each(['abc', '1.5', '-1', '9223372036854775808', ''])('that compares with %j has a warning', (value) => {
    expect(warningsOf(daemonSetWithRequirement('cpu', 'Gt', value))).toEqual([
      `WARNING_COMPARED_VALUE_NOT_INTEGER ${TERMS}[0].matchExpressions[0]`,
      `WARNING_NO_NODE_CAN_MATCH ${TERMS}`,
    ]);
  });

  test('with an invalid key, operator or value has a warning that names the unusable requirement', () => {
    const valid = requirement('a', 'Exists');
    for (const bad of [requirement('-a', 'Exists'), requirement('a', 'exists'), requirement('a', 'In', '-b')]) {
      expect(warningsOf(daemonSetWithTerms({ matchExpressions: [valid, bad] }, { matchExpressions: [valid] }))).toEqual(
        [`WARNING_TERM_UNUSABLE ${TERMS}[0].matchExpressions[1]`],
      );
    }
  });

  test('that selects by a field other than metadata.name has a warning', () => {
    const placed = daemonSetWithTerms({ matchFields: [requirement('metadata.uid', 'NotIn', 'x')] });
    expect(warningsOf(placed)).toEqual([`WARNING_FIELD_UNKNOWN ${TERMS}[0].matchFields[0]`]);
  });

  test.each([
    [requirement('a', 'In', 'x'), requirement('a', 'NotIn', 'x')],
    [requirement('a', 'In', 'x'), requirement('a', 'In', 'y')],
    [requirement('a', 'In', 'x'), requirement('a', 'DoesNotExist')],
    [requirement('a', 'Exists'), requirement('a', 'DoesNotExist')],
    [requirement('a', 'Gt', '4'), requirement('a', 'Lt', '5')],
    [requirement('a', 'Gt', '4'), requirement('a', 'In', '3', '4')],
    [requirement('a', 'Lt', '4'), requirement('a', 'DoesNotExist')],
  ])('with %j and %j has a warning that they contradict each other', (one, other) => {
    expect(warningsOf(daemonSetWithTerms({ matchExpressions: [one, other] }))).toEqual([
      `WARNING_TERM_CONTRADICTORY ${TERMS}[0]`,
      `WARNING_NO_NODE_CAN_MATCH ${TERMS}`,
    ]);
  });

  test.each([
    [requirement('a', 'In', 'x', 'y'), requirement('a', 'NotIn', 'x')],
    [requirement('a', 'NotIn', 'x'), requirement('a', 'DoesNotExist')],
    [requirement('a', 'Gt', '3'), requirement('a', 'Lt', '5')],
    [requirement('a', 'In', 'x'), requirement('b', 'In', 'y')],
  ])('with %j and %j has no warning', (one, other) => {
    expect(warningsOf(daemonSetWithTerms({ matchExpressions: [one, other] }))).toEqual([]);
  });

  test('that contradicts nodeSelector or nodeName has a warning', () => {
    const terms = daemonSetWithRequirement('zone', 'In', 'a').spec?.template?.spec;
    expect(warningsOf(daemonSet({ ...terms, nodeSelector: { zone: 'b' } }))).toContain(
      `WARNING_TERM_CONTRADICTORY ${TERMS}[0]`,
    );
    const names = daemonSetWithTerms({ matchFields: [requirement('metadata.name', 'In', 'n1')] }).spec?.template?.spec;
    expect(warningsOf(daemonSet({ ...names, nodeName: 'n2' }))).toContain(`WARNING_TERM_CONTRADICTORY ${TERMS}[0]`);
    expect(warningsOf(daemonSet({ ...names, nodeName: 'n1' }))).toEqual([]);
  });
});

describe('a toleration', () => {
  test.each<[string, Toleration, string[]]>([
    [
      'that expires',
      { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
      ['WARNING_TOLERATION_EXPIRES'],
    ],
    [
      'that expires, for every effect',
      { key: 'a', operator: 'Exists', tolerationSeconds: 30 },
      ['WARNING_TOLERATION_EXPIRES'],
    ],
    ['for NoSchedule with seconds', { key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 30 }, []],
    [
      'whose seconds Kubernetes overwrites',
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
      ['WARNING_TOLERATION_SECONDS_OVERWRITTEN'],
    ],
    [
      'with the same key and Equal, which Kubernetes does not overwrite',
      { key: 'node.kubernetes.io/not-ready', operator: 'Equal', effect: 'NoExecute', tolerationSeconds: 30 },
      ['WARNING_TOLERATION_EXPIRES'],
    ],
    ['without a key', { value: 'a' }, ['WARNING_TOLERATION_KEY_MISSING']],
    ['with an unknown operator', { key: 'a', operator: 'exists' }, ['WARNING_TOLERATION_OPERATOR_UNKNOWN']],
    [
      'with an operator behind a feature gate',
      { key: 'a', operator: 'Gt', value: '4' },
      ['WARNING_TOLERATION_OPERATOR_UNKNOWN'],
    ],
    [
      'with an unknown effect',
      { key: 'a', operator: 'Exists', effect: 'noexecute' },
      ['WARNING_TOLERATION_EFFECT_UNKNOWN'],
    ],
  ])('%s', (_, toleration, codes) => {
    const placed = daemonSet({ tolerations: [{ key: 'first', operator: 'Exists' }, toleration] });
    expect(warningsOf(placed)).toEqual(codes.map((code) => `${code} tolerations[1]`));
  });
});

describe('a node', () => {
  test.each(['not-ready', 'unreachable'])('with the NoSchedule taint of %s has a warning', (name) => {
    const result = evaluatePlacement(daemonSet({}), node({}, taint(`node.kubernetes.io/${name}:NoSchedule`)));
    expect(result.verdict).toBe('keep');
    expect(reasonOf(result, 'WARNING_NOT_READY_TAINT_NOT_TOLERATED').nodeFieldPath).toBe('spec.taints[0]');
  });

  test('with a tolerated taint has no warning', () => {
    const on = node(
      {},
      taint('node.kubernetes.io/not-ready:NoSchedule'),
      taint('node.kubernetes.io/not-ready:NoExecute'),
    );
    const { reasons } = evaluatePlacement(daemonSet({ tolerations: [{ operator: 'Exists' }] }), on);
    expect(reasons.filter(({ outcome }) => outcome === 'warning')).toEqual([]);
  });

  const controlPlane = node({}, taint('node-role.kubernetes.io/control-plane:NoSchedule'));
  const formerName = { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' };

  test('of the control plane has a warning if the template tolerates only the former taint key', () => {
    const result = evaluatePlacement(daemonSet({ tolerations: [formerName] }), controlPlane);
    const warning = reasonOf(result, 'WARNING_CONTROL_PLANE_TAINT_RENAMED');
    expect(warning.fieldPath).toBe('spec.template.spec.tolerations[0]');
    expect(warning.message).toContain('node-role.kubernetes.io/control-plane:NoSchedule');
  });

  test('of the control plane has no warning for other templates', () => {
    const both = [formerName, { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }];
    for (const tolerations of [[], both]) {
      const { reasons } = evaluatePlacement(daemonSet({ tolerations }), controlPlane);
      expect(reasons.filter(({ outcome }) => outcome === 'warning')).toEqual([]);
    }
  });
});
