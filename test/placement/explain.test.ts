/** Explanations: their reasons, the order of the reasons, the messages and the edits. */
import { describe, expect, test } from 'vitest';
import { evaluatePlacement, type PlacementResult } from '../../shared/placement/index.ts';
import { daemonSet, daemonSetWithTerms, node, reasonOf, requirement, shown, taint } from './objects.ts';

const REQUIRED = 'spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution';

function outline({ reasons }: PlacementResult): string[] {
  return reasons.map(({ outcome, code }) => `${outcome} ${code}`);
}

test('a DaemonSet without constraints still has a reason to run', () => {
  const result = evaluatePlacement(daemonSet({}), node());
  expect(outline(result)).toEqual(['passed NO_CONSTRAINTS']);
});

test('reasons have the order in which a user would check the rules', () => {
  const placed = daemonSet({
    ...daemonSetWithTerms({ matchExpressions: [requirement('zone', 'In', 'a')] }).spec?.template?.spec,
    nodeName: 'worker-1',
    nodeSelector: { disktype: 'ssd' },
    tolerations: [
      { key: 'a', operator: 'Equal' },
      { key: 'dedicated', operator: 'Exists', tolerationSeconds: 60 },
    ],
  });
  const on = node(
    { zone: 'a' },
    taint('x:NoSchedule'),
    taint('dedicated=gpu:NoExecute'),
    taint('y:PreferNoSchedule'),
    taint('z:Sometimes'),
  );
  expect(outline(evaluatePlacement(placed, { ...on, spec: { ...on.spec, unschedulable: true } }))).toEqual([
    'passed NODE_NAME_MATCHES',
    'failed NODE_SELECTOR_LABEL_MISSING',
    'passed AFFINITY_MATCHES',
    'passed AFFINITY_TERM_MATCHES',
    'passed AFFINITY_REQUIREMENT_MATCHES',
    'ignored NODE_UNSCHEDULABLE_IGNORED',
    'failed TAINT_NOT_TOLERATED',
    'passed TAINT_TOLERATED',
    'ignored TAINT_PREFERENCE_IGNORED',
    'ignored TAINT_EFFECT_IGNORED',
    'warning WARNING_TOLERATION_EXPIRES',
  ]);
});

describe('a nodeSelector entry that the node does not satisfy', () => {
  const result = evaluatePlacement(
    daemonSet({ nodeSelector: { 'example.com/disk': 'ssd' } }),
    node({ 'example.com/disk': 'hdd' }),
  );
  const reason = reasonOf(result, 'NODE_SELECTOR_VALUE_DIFFERS');

  test('has a reason with both fields and both values', () => {
    expect(reason).toMatchObject({
      outcome: 'failed',
      message: "nodeSelector requires label example.com/disk=ssd, but its value on this node is 'hdd'.",
      fieldPath: "spec.template.spec.nodeSelector['example.com/disk']",
      nodeFieldPath: "metadata.labels['example.com/disk']",
      expected: 'example.com/disk=ssd',
      found: 'hdd',
    });
  });

  test('has edits of the node and of the DaemonSet, and a command for the node', () => {
    expect(shown(reason.edits)).toEqual([
      'Node: set label example.com/disk=ssd → run',
      "DaemonSet: change nodeSelector example.com/disk to 'hdd' → run",
      'DaemonSet: remove nodeSelector example.com/disk=ssd → run',
    ]);
    expect(reason.edits.map(({ command }) => command)).toEqual([
      'kubectl label node worker-1 example.com/disk=ssd --overwrite',
      '',
      '',
    ]);
  });
});

test('no edit is suggested if two rules fail', () => {
  const { reasons } = evaluatePlacement(daemonSet({ nodeSelector: { a: '1', b: '2' } }), node());
  expect(reasons.flatMap(({ edits }) => edits)).toEqual([]);
});

test('the removal of a label is suggested if the verdict run depends on it', () => {
  const result = evaluatePlacement(daemonSet({ nodeSelector: { gpu: 'true' } }), node({ gpu: 'true' }));
  const { edits } = reasonOf(result, 'NODE_SELECTOR_MATCHES');
  expect(shown(edits)).toEqual(['Node: remove label gpu → none']);
  expect(edits[0]?.command).toBe('kubectl label node worker-1 gpu-');
});

test('no edit of a label that the kubelet sets is suggested', () => {
  const placed = daemonSet({ nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } });
  const result = evaluatePlacement(placed, node({ 'kubernetes.io/hostname': 'worker-1' }));
  const { edits } = reasonOf(result, 'NODE_SELECTOR_VALUE_DIFFERS');
  expect(new Set(edits.map(({ objectKind }) => objectKind))).toEqual(new Set(['DaemonSet']));
});

test('an edit has no command if the node name is not valid in a command', () => {
  const hostile = { metadata: { name: '$(reboot)', labels: {} } };
  const result = evaluatePlacement(daemonSet({ nodeSelector: { a: 'b' } }), hostile);
  const commands = reasonOf(result, 'NODE_SELECTOR_LABEL_MISSING').edits.map(({ command }) => command);
  expect(commands).toEqual(['', '']);
});

describe('affinity', () => {
  const twoTerms = daemonSetWithTerms(
    { matchExpressions: [requirement('zone', 'In', 'a', 'b'), requirement('cpu', 'Gt', '8')] },
    { matchExpressions: [requirement('gpu', 'Exists')] },
  );

  test('that fails has a reason for every term and requirement, with the expected value', () => {
    const { verdict, reasons } = evaluatePlacement(twoTerms, node({ zone: 'a', cpu: '4' }));
    expect(verdict).toBe('none');
    expect(
      reasons.map(({ outcome, code, fieldPath }) => `${outcome} ${code} ${fieldPath.slice(REQUIRED.length)}`),
    ).toEqual([
      'failed AFFINITY_NO_TERM_MATCHES ',
      'failed AFFINITY_TERM_DOES_NOT_MATCH .nodeSelectorTerms[0]',
      'passed AFFINITY_REQUIREMENT_MATCHES .nodeSelectorTerms[0].matchExpressions[0]',
      'failed AFFINITY_REQUIREMENT_DOES_NOT_MATCH .nodeSelectorTerms[0].matchExpressions[1]',
      'failed AFFINITY_TERM_DOES_NOT_MATCH .nodeSelectorTerms[1]',
      'failed AFFINITY_REQUIREMENT_DOES_NOT_MATCH .nodeSelectorTerms[1].matchExpressions[0]',
    ]);
    expect(reasons.map(({ edits }) => shown(edits))).toEqual([
      ['DaemonSet: remove the required node affinity → run'],
      [],
      [],
      [
        'Node: set label cpu=9 → run',
        'DaemonSet: remove requirement matchExpressions[1] of nodeSelectorTerms[0] → run',
      ],
      [],
      ['Node: set label gpu= → run'],
    ]);
    expect(reasons[3]).toMatchObject({
      message: "Label cpu must be an integer greater than 8, but its value on this node is '4'.",
      expected: 'cpu Gt [8]',
      found: '4',
    });
  });

  test('that passes has no reasons for the terms that do not match', () => {
    const result = evaluatePlacement(twoTerms, node({ gpu: '' }));
    expect(outline(result)).toEqual([
      'passed AFFINITY_MATCHES',
      'ignored AFFINITY_TERM_DOES_NOT_MATCH',
      'ignored AFFINITY_REQUIREMENT_DOES_NOT_MATCH',
      'ignored AFFINITY_REQUIREMENT_DOES_NOT_MATCH',
      'passed AFFINITY_TERM_MATCHES',
      'passed AFFINITY_REQUIREMENT_MATCHES',
    ]);
    expect(shown(result.reasons.at(-1)?.edits ?? [])).toEqual(['Node: remove label gpu → none']);
  });

  test('has an edit that adds the value of the node to an In requirement', () => {
    const placed = daemonSetWithTerms({ matchExpressions: [requirement('zone', 'In', 'a')] });
    const result = evaluatePlacement(placed, node({ zone: 'c' }));
    expect(shown(reasonOf(result, 'AFFINITY_REQUIREMENT_DOES_NOT_MATCH').edits)).toEqual([
      'Node: set label zone=a → run',
      "DaemonSet: add value 'c' → run",
    ]);
  });

  test('with several requirements for a label has an edit with a value that satisfies all of them', () => {
    const placed = daemonSetWithTerms({
      matchExpressions: [requirement('zone', 'In', 'a', 'b'), requirement('zone', 'NotIn', 'a', 'c')],
    });
    const { reasons } = evaluatePlacement(placed, node({ zone: 'c' }));
    expect(shown(reasons.flatMap(({ edits }) => edits))).toContain('Node: set label zone=b → run');
  });
});

describe('taints', () => {
  test('that are not tolerated have edits that add a toleration or remove the taint, with its command', () => {
    const result = evaluatePlacement(daemonSet({}), node({}, taint('dedicated=gpu:NoExecute')));
    const reason = reasonOf(result, 'TAINT_NOT_TOLERATED');
    expect(reason).toMatchObject({
      fieldPath: 'spec.template.spec.tolerations',
      nodeFieldPath: 'spec.taints[0]',
      found: 'dedicated=gpu:NoExecute',
    });
    expect(shown(reason.edits)).toEqual([
      'DaemonSet: add toleration {key: dedicated, operator: Equal, value: "gpu", effect: NoExecute} → run',
      'Node: remove taint dedicated:NoExecute → run',
    ]);
    expect(reason.edits[1]?.command).toBe('kubectl taint node worker-1 dedicated:NoExecute-');
  });

  test('with one key and two effects have edits that lead to keep and edits that lead to run', () => {
    const on = node({}, taint('dedicated=gpu:NoExecute'), taint('dedicated=gpu:NoSchedule'));
    const { reasons } = evaluatePlacement(daemonSet({}), on);
    expect(shown(reasons[1]?.edits ?? [])).toEqual([
      'DaemonSet: add toleration {key: dedicated, operator: Equal, value: "gpu", effect: NoExecute} → keep',
      'DaemonSet: add toleration {key: dedicated, operator: Exists} → run',
      'Node: remove taint dedicated:NoExecute → keep',
      'Node: remove all taints with key dedicated → run',
    ]);
  });

  test('that Kubernetes would restore have no edit that removes them', () => {
    const result = evaluatePlacement(daemonSet({}), node({}, taint('node.kubernetes.io/not-ready:NoSchedule')));
    expect(shown(reasonOf(result, 'TAINT_NOT_TOLERATED').edits)).toEqual([
      'DaemonSet: add toleration {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoSchedule} → run',
    ]);
  });

  test('that are tolerated have a reason with the toleration and an edit that removes it', () => {
    const tolerations = [{ key: 'other' }, { key: 'dedicated', operator: 'Exists' }];
    const result = evaluatePlacement(daemonSet({ tolerations }), node({}, taint('dedicated=gpu:NoSchedule')));
    const reason = reasonOf(result, 'TAINT_TOLERATED');
    expect(reason.fieldPath).toBe('spec.template.spec.tolerations[1]');
    expect(reason.message).toContain('tolerations[1]');
    expect(shown(reason.edits)).toEqual(['DaemonSet: remove toleration dedicated Exists → keep']);
  });

  test('that are tolerated twice have no edit that removes a toleration', () => {
    const tolerations = [{ operator: 'Exists' }, { key: 'dedicated', operator: 'Exists' }];
    const result = evaluatePlacement(daemonSet({ tolerations }), node({}, taint('dedicated=gpu:NoSchedule')));
    expect(reasonOf(result, 'TAINT_TOLERATED').edits).toEqual([]);
  });
});

test('a message lists some values and counts the others', () => {
  const values = Array.from({ length: 2000 }, (_, index) => `v${index}`);
  const placed = daemonSetWithTerms({ matchExpressions: [requirement('zone', 'In', ...values)] });
  const { message, expected } = reasonOf(evaluatePlacement(placed, node()), 'AFFINITY_REQUIREMENT_DOES_NOT_MATCH');
  expect(message).toContain("'v7' and 1992 more");
  expect(expected).toContain('v7 and 1992 more');
});

test('unusually large objects are explained quickly, but with fewer edits', () => {
  const keys = Array.from({ length: 5000 }, (_, index) => `key-${index}`);
  const placed = daemonSetWithTerms(...keys.map((key) => ({ matchExpressions: [requirement(key, 'Exists')] })));
  const taints = keys.map((key) => taint(`${key}:NoSchedule`));
  expect(evaluatePlacement(placed, node({})).reasons.flatMap(({ edits }) => edits)).toHaveLength(1);
  expect(evaluatePlacement(daemonSet({}), node({}, ...taints)).reasons.flatMap(({ edits }) => edits)).toEqual([]);
});
