/** The cost of a change: only the pairs that it can affect are decided, and an irrelevant change records no event. */
import { expect, test } from 'vitest';
import { facts, GPU_TAINT, TOLERATE_GPU, World } from './world.ts';

const NOTHING = { pairs: 0, events: 0 };

/** Three nodes, and three DaemonSets: one reads no label, one reads `zone`, one reads `gpu`. */
function world(): World {
  const made = new World();
  for (const name of ['n1', 'n2', 'n3']) made.applyNode(facts(name, { zone: 'a' }));
  made.applyDaemonSet('default/everywhere');
  made.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'a' } });
  made.applyDaemonSet('default/gpu', { ...TOLERATE_GPU, nodeSelector: { gpu: 'true' } });
  for (const name of ['n1', 'n2', 'n3']) {
    made.present.add(name);
    made.reportNode(facts(name, { zone: 'a' }));
  }
  return made;
}

test('an unchanged report causes no evaluation and no event', () => {
  const made = world();
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'a' })))).toEqual(NOTHING);
  expect(made.counters.nodeReportsUnchanged).toBe(1);
});

test('a new resource version or condition message does not count as a change', () => {
  const made = world();
  const condition = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'posted at 10:00' };
  made.reportNode({ ...facts('n1', { zone: 'a' }), conditions: [condition] });
  const later = {
    ...facts('n1', { zone: 'a' }),
    conditions: [{ ...condition, message: 'posted at 10:01' }],
    resourceVersion: '2',
  };
  expect(made.costOf(() => made.reportNode(later))).toEqual(NOTHING);
});

test('a condition, a version, an unrelated label or a PreferNoSchedule taint is recorded without an evaluation', () => {
  const made = world();
  const recordedOnly = { pairs: 0, events: 1 };
  const base = facts('n1', { zone: 'a' });
  const condition = { type: 'Ready', status: 'False', reason: 'KubeletNotReady', message: '' };
  expect(made.costOf(() => made.reportNode({ ...base, conditions: [condition] }))).toEqual(recordedOnly);
  expect(made.costOf(() => made.reportNode({ ...base, versions: { ...base.versions, kubelet: 'v2' } }))).toEqual(
    recordedOnly,
  );
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'a', team: 'x' })))).toEqual(recordedOnly);
  const preference = { key: 'slow', value: '', effect: 'PreferNoSchedule' };
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'a', team: 'x' }, [preference])))).toEqual(recordedOnly);
});

test('a new order of taints causes no evaluation', () => {
  const made = world();
  const other = { key: 'a', value: '', effect: 'NoExecute' };
  made.reportNode(facts('n1', { zone: 'a' }, [GPU_TAINT, other]));
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'a' }, [other, GPU_TAINT]))).pairs).toBe(0);
});

test('a changed label causes an evaluation of the DaemonSets that read it, on that node only', () => {
  const made = world();
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'b' })))).toEqual({ pairs: 1, events: 2 });
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'b', gpu: 'true' })))).toEqual({ pairs: 1, events: 2 });
  expect(made.costOf(() => made.reportNode(facts('n1', { gpu: 'true' }))).pairs).toBe(1);
});

test('a changed taint causes an evaluation of every DaemonSet on the node, and records the changed verdicts', () => {
  const made = world();
  expect(made.costOf(() => made.reportNode(facts('n1', { zone: 'a' }, [GPU_TAINT])))).toEqual({ pairs: 3, events: 3 });
  expect(made.verdict('n1', 'default/everywhere')).toBe('keep');
});

test('a new image makes a new template revision without an evaluation', () => {
  const made = world();
  const compiled = made.counters.daemonSetsCompiled;
  expect(
    made.costOf(() => made.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'a' } }, { image: 'v2' })),
  ).toEqual({
    pairs: 0,
    events: 1,
  });
  expect(made.counters.daemonSetsCompiled).toBe(compiled);
});

test('the same manifest again causes no evaluation and no event', () => {
  const made = world();
  expect(made.costOf(() => made.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'a' } }))).toEqual(NOTHING);
});

test('a new node selector causes an evaluation of the DaemonSet on every node', () => {
  const made = world();
  const cost = made.costOf(() => made.applyDaemonSet('default/zonal', { nodeSelector: { zone: 'b' } }));
  expect(cost).toEqual({ pairs: 3, events: 4 });
});

test('an unchanged verdict is not recorded again, and a changed one names the event that caused it', () => {
  const made = world();
  made.reportNode(facts('n1', { zone: 'b' }));
  const [decision] = made.recorder.all('decision').slice(-1);
  expect(decision).toMatchObject({ node: 'n1', daemonSet: 'default/zonal', from: 'run', to: 'none' });
  const cause = made.recorder.events[(decision?.cause.revision ?? 0) - 1];
  expect(cause).toMatchObject({ kind: 'node', action: 'changed', node: 'n1' });
  expect(cause?.kind === 'node' && cause.changes).toEqual([{ field: 'labels.zone', from: 'a', to: 'b' }]);
  expect(decision?.cause.trigger).toBe('node-report');
});

test('a reevaluation decides every pair and finds no change', () => {
  const made = world();
  expect(made.costOf(() => expect(made.evaluator.reevaluate('operator')).toBe(0))).toEqual({ pairs: 9, events: 0 });
  expect(made.costOf(() => made.evaluator.reevaluate('operator', 'default/gpu'))).toEqual({ pairs: 3, events: 0 });
});

test('labels named like properties of JavaScript objects work like other labels', () => {
  const made = new World();
  made.applyDaemonSet('default/odd', { nodeSelector: { constructor: 'a' } });
  const labels = { constructor: 'a' };
  Object.defineProperty(labels, '__proto__', { value: 'b', enumerable: true, configurable: true, writable: true });
  made.applyNode(facts('n1'));
  expect(made.verdict('n1', 'default/odd')).toBe('none');
  made.applyNode(facts('n1', labels));
  expect(made.verdict('n1', 'default/odd')).toBe('run');
  expect(made.costOf(() => made.applyNode(facts('n1', labels)))).toEqual(NOTHING);
  made.applyNode(facts('n1'));
  expect(made.verdict('n1', 'default/odd')).toBe('none');
  expect(
    made.recorder
      .all('node')
      .at(-1)
      ?.changes.map(({ field }) => field),
  ).toEqual(['labels.__proto__', 'labels.constructor']);
});
