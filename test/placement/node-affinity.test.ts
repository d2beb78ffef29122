/** The rules of required node affinity. */
import { describe, expect, test } from 'vitest';
import { daemonSet, daemonSetWithRequirement, daemonSetWithTerms, node, requirement, verdictOf } from './objects.ts';

describe('a requirement', () => {
  test.each([
    ['In', ['a', 'b'], 'b', 'run'],
    ['In', ['a', 'b'], 'c', 'none'],
    ['In', ['a', 'b'], undefined, 'none'],
    ['In', [''], '', 'run'],
    ['In', [''], undefined, 'none'],
    ['In', [], 'a', 'none'],
    ['NotIn', ['a'], 'b', 'run'],
    ['NotIn', ['a'], 'a', 'none'],
    ['NotIn', ['a'], undefined, 'run'],
    ['NotIn', [], 'a', 'none'],
    ['Exists', [], '', 'run'],
    ['Exists', [], undefined, 'none'],
    ['Exists', ['a'], 'a', 'none'],
    ['DoesNotExist', [], undefined, 'run'],
    ['DoesNotExist', [], '', 'none'],
    ['DoesNotExist', ['a'], undefined, 'none'],
    ['in', ['a'], 'a', 'none'],
    ['=', ['a'], 'a', 'none'],
    ['', ['a'], 'a', 'none'],
  ])('%s %j on a label %j gives %s', (operator, values, value, verdict) => {
    const labels: Record<string, string> = value === undefined ? {} : { key: value };
    expect(verdictOf(daemonSetWithRequirement('key', operator, ...values), node(labels))).toBe(verdict);
  });

  test.each([
    ['Gt', '8', '9', 'run'],
    ['Gt', '8', '8', 'none'],
    ['Gt', '007', '8', 'run'],
    ['Gt', '0', '-1', 'none'],
    ['Lt', '0', '-1', 'run'],
    ['Lt', '0', '+1', 'none'],
    ['Gt', '3', '+4', 'run'],
    ['Gt', '3', ' 4', 'none'],
    ['Gt', '3', '4.5', 'none'],
    ['Gt', '3', '', 'none'],
    ['Gt', '3', '0x10', 'none'],
    ['Gt', '9223372036854775806', '9223372036854775807', 'run'],
    ['Gt', '9223372036854775806', '9223372036854775808', 'none'],
    ['Lt', '9223372036854775807', '9223372036854775806', 'run'],
    ['Lt', '9223372036854775807', '-9223372036854775808', 'run'],
    ['Lt', '9223372036854775807', '-9223372036854775809', 'none'],
    ['Lt', '9223372036854775808', '1', 'none'],
    ['Gt', '9007199254740992', '9007199254740993', 'run'],
    ['Gt', '3', `${'0'.repeat(40)}4`, 'run'],
    ['Gt', '-1', '4', 'none'],
    ['Gt', '+1', '4', 'none'],
    ['Gt', '1.5', '4', 'none'],
    ['Gt', '', '4', 'none'],
    ['Gt', '1_000', '2000', 'none'],
  ])('%s %s on a label %j gives %s', (operator, bound, value, verdict) => {
    expect(verdictOf(daemonSetWithRequirement('cpu', operator, bound), node({ cpu: value }))).toBe(verdict);
  });

  test('with a Gt or Lt needs exactly one value', () => {
    expect(verdictOf(daemonSetWithRequirement('cpu', 'Gt'), node({ cpu: '9' }))).toBe('none');
    expect(verdictOf(daemonSetWithRequirement('cpu', 'Gt', '1', '2'), node({ cpu: '9' }))).toBe('none');
  });

  test('is unusable with an invalid value, even if another value would match', () => {
    expect(verdictOf(daemonSetWithRequirement('key', 'In', 'a', '-b'), node({ key: 'a' }))).toBe('none');
    expect(verdictOf(daemonSetWithRequirement('key', 'NotIn', 'x'.repeat(64)), node({ key: 'a' }))).toBe('none');
  });

  test('is unusable with an invalid key, even if it would match', () => {
    expect(verdictOf(daemonSetWithRequirement('-key', 'DoesNotExist'), node())).toBe('none');
    expect(verdictOf(daemonSetWithRequirement('a/b/c', 'NotIn', 'a'), node())).toBe('none');
  });

  test('matches one of few and one of many values', () => {
    const values = Array.from({ length: 5000 }, (_, index) => `host-${index}`);
    const many = daemonSetWithRequirement('kubernetes.io/hostname', 'In', ...values);
    expect(verdictOf(many, node({ 'kubernetes.io/hostname': 'host-4999' }))).toBe('run');
    expect(verdictOf(many, node({ 'kubernetes.io/hostname': 'host-5000' }))).toBe('none');
  });
});

describe('terms', () => {
  const label = { matchExpressions: [requirement('zone', 'In', 'a')] };
  const bad = { matchExpressions: [requirement('zone', 'In', 'a'), requirement('cpu', 'Gt', 'many')] };

  test('match every node if they are absent, and no node if the list is empty', () => {
    expect(verdictOf(daemonSet({ affinity: { nodeAffinity: {} } }), node())).toBe('run');
    expect(verdictOf(daemonSetWithTerms(), node())).toBe('none');
  });

  test('that are empty match nothing, and do not affect the others', () => {
    expect(verdictOf(daemonSetWithTerms({}), node())).toBe('none');
    expect(verdictOf(daemonSetWithTerms({ matchExpressions: [], matchFields: [] }), node())).toBe('none');
    expect(verdictOf(daemonSetWithTerms({}, label), node({ zone: 'a' }))).toBe('run');
  });

  test('are alternatives, and all requirements of a term must match', () => {
    const both = { matchExpressions: [requirement('zone', 'In', 'a'), requirement('gpu', 'Exists')] };
    expect(verdictOf(daemonSetWithTerms(both), node({ zone: 'a' }))).toBe('none');
    expect(verdictOf(daemonSetWithTerms(both, label), node({ zone: 'a' }))).toBe('run');
  });

  test('with an unusable requirement match nothing, and do not affect the others', () => {
    expect(verdictOf(daemonSetWithTerms(bad), node({ zone: 'a', cpu: '9' }))).toBe('none');
    expect(verdictOf(daemonSetWithTerms(bad, label), node({ zone: 'a' }))).toBe('run');
  });

  test('must match in addition to nodeSelector', () => {
    const spec = daemonSetWithTerms(label).spec?.template?.spec;
    const both = daemonSet({ ...spec, nodeSelector: { disktype: 'ssd' } });
    expect(verdictOf(both, node({ zone: 'a' }))).toBe('none');
    expect(verdictOf(both, node({ disktype: 'ssd' }))).toBe('none');
    expect(verdictOf(both, node({ zone: 'a', disktype: 'ssd' }))).toBe('run');
  });
});

describe('matchFields', () => {
  test.each([
    ['metadata.name', 'In', ['worker-1'], 'run'],
    ['metadata.name', 'In', ['worker-2'], 'none'],
    ['metadata.name', 'NotIn', ['worker-1'], 'none'],
    ['metadata.name', 'NotIn', ['worker-2'], 'run'],
    ['metadata.name', 'In', ['worker-1', 'worker-2'], 'none'],
    ['metadata.name', 'In', [], 'none'],
    ['metadata.name', 'Exists', [], 'none'],
    ['metadata.name', 'Gt', ['1'], 'none'],
    ['metadata.namespace', 'In', ['worker-1'], 'none'],
    ['metadata.namespace', 'In', [''], 'run'],
    ['metadata.namespace', 'NotIn', ['worker-1'], 'run'],
    ['metadata.namespace', 'NotIn', [''], 'none'],
  ])('%s %s %j gives %s', (key, operator, values, verdict) => {
    const placed = daemonSetWithTerms({ matchFields: [requirement(key, operator, ...values)] });
    expect(verdictOf(placed, node())).toBe(verdict);
  });

  test('are skipped on a node without a name, but must be usable', () => {
    const nameless = { metadata: { labels: {} } };
    const other = daemonSetWithTerms({ matchFields: [requirement('metadata.name', 'In', 'worker-2')] });
    const unusable = daemonSetWithTerms({ matchFields: [requirement('metadata.name', 'Exists')] });
    expect(verdictOf(other, nameless)).toBe('run');
    expect(verdictOf(unusable, nameless)).toBe('none');
  });
});

test('preferred node affinity has no effect', () => {
  const affinity = {
    nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }] },
  };
  expect(verdictOf(daemonSet({ affinity }), node())).toBe('run');
});
