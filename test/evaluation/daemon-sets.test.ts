/** DaemonSets that are added, changed, rejected, accepted again and removed. */
import { expect, test } from 'vitest';
import { eventSentence } from '../../coordinator/history/event-text.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import { PLACEMENT_ENGINE_VERSION } from '../../shared/placement/engine-version.ts';
import { facts, World } from './world.ts';

const KEY = 'default/a';

function actions(world: World): string[] {
  return world.recorder.all('daemon-set').map(({ action }) => action);
}

function withNode(): World {
  const world = new World();
  world.applyNode(facts('n1'));
  return world;
}

test('a rejected manifest leaves the last accepted version in force and reports the problems', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  world.rejectDaemonSet(KEY);
  expect(world.verdict('n1', KEY)).toBe('run');
  expect(world.evaluator.daemonSets.rejections(KEY)).toMatchObject([{ fieldPath: 'spec.selector' }]);
  expect(world.evaluator.daemonSets.rejectedCount).toBe(1);
  expect(actions(world)).toEqual(['added', 'rejected']);
});

test('the same rejection is recorded once, and a different one is recorded again', () => {
  const world = withNode();
  world.rejectDaemonSet(KEY);
  expect(world.costOf(() => world.rejectDaemonSet(KEY)).events).toBe(0);
  expect(world.costOf(() => world.rejectDaemonSet(KEY, 'must not be empty')).events).toBe(1);
});

test('a DaemonSet whose manifest was never accepted is listed and places nothing', () => {
  const world = withNode();
  world.rejectDaemonSet(KEY);
  expect(world.evaluator.daemonSets.keys()).toEqual([KEY]);
  expect(world.evaluator.table.daemonSetKeys()).toEqual([]);
  expect(world.evaluator.table.assignments('n1')).toEqual([]);
});

test('a manifest that returns to the accepted version is accepted without decisions', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  world.rejectDaemonSet(KEY);
  expect(world.costOf(() => world.applyDaemonSet(KEY))).toEqual({ pairs: 0, events: 1 });
  expect(actions(world)).toEqual(['added', 'rejected', 'accepted']);
  expect(world.evaluator.daemonSets.rejectedCount).toBe(0);
});

test('a valid manifest that differs from the accepted version comes into force', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  world.rejectDaemonSet(KEY);
  world.applyDaemonSet(KEY, { nodeSelector: { zone: 'b' } });
  expect(actions(world)).toEqual(['added', 'rejected', 'changed']);
  expect(world.verdict('n1', KEY)).toBe('none');
});

test('removing a DaemonSet ends its pairs, and removing an unknown one records no event', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  world.evaluator.daemonSetRemoved(KEY, 'a.yaml');
  expect(world.verdict('n1', KEY)).toBeUndefined();
  expect(world.recorder.all('decision').map(({ from, to }) => [from, to])).toEqual([
    [null, 'run'],
    ['run', null],
  ]);
  expect(world.costOf(() => world.evaluator.daemonSetRemoved(KEY, 'a.yaml')).events).toBe(0);
});

test('a DaemonSet that is removed while it is rejected stays removed after a restart', () => {
  const world = withNode();
  world.rejectDaemonSet(KEY);
  world.evaluator.daemonSetRemoved(KEY, 'a.yaml');
  expect(world.evaluator.daemonSets.keys()).toEqual([]);
  expect(world.restartInOrder().evaluator.daemonSets.keys()).toEqual([]);
});

test('a rejection survives a restart and is not recorded again', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  world.rejectDaemonSet(KEY);
  const next = world.restartInOrder();
  expect(next.evaluator.daemonSets.rejections(KEY)).toHaveLength(1);
  expect(next.costOf(() => next.rejectDaemonSet(KEY)).events).toBe(0);
  expect(next.verdict('n1', KEY)).toBe('run');
});

test('a re-created DaemonSet of the same name is recorded as a change of its uid', () => {
  const world = withNode();
  world.applyDaemonSet(KEY, {}, { uid: 'first' });
  world.applyDaemonSet(KEY, {}, { uid: 'second' });
  expect(world.recorder.all('daemon-set').at(-1)?.changes).toContainEqual({
    field: 'uid',
    from: 'first',
    to: 'second',
  });
  expect(world.evaluator.table.assignments('n1')).toMatchObject([{ daemonSetUid: 'second' }]);
});

test('objects that the source no longer lists after a restart are removed once it has been read completely', () => {
  const world = withNode();
  world.applyNode(facts('n2'));
  world.applyDaemonSet(KEY);
  world.applyDaemonSet('default/b');
  const next = world.restartInOrder();
  next.applyNode(facts('n1'));
  next.applyDaemonSet(KEY);
  next.evaluator.synced([]);
  expect(next.evaluator.table.daemonSetKeys()).toEqual([KEY]);
  expect(next.evaluator.table.nodeNames()).toEqual(['n1']);
  expect(next.removed).toEqual(['n2']);
});

test('nothing is removed while a path cannot be read', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  const next = world.restartInOrder();
  next.evaluator.synced(['daemonsets/a.yaml']);
  expect(next.evaluator.isSynced).toBe(true);
  expect(next.evaluator.table.daemonSetKeys()).toEqual([KEY]);
  next.evaluator.synced([]);
  expect(next.evaluator.table.daemonSetKeys()).toEqual([]);
  expect(next.evaluator.table.nodeNames()).toEqual([]);
});

test('a rejected manifest keeps its DaemonSet from being removed', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  const next = world.restartInOrder();
  next.applyNode(facts('n1'));
  next.rejectDaemonSet(KEY);
  next.evaluator.synced([]);
  expect(next.verdict('n1', KEY)).toBe('run');
});

test('without an inventory, nodes that agents reported are not removed at a start', () => {
  const world = new World({ hasInventory: false });
  world.reportNode(facts('n1'));
  const next = world.restartInOrder({ hasInventory: false });
  next.evaluator.synced([]);
  expect(next.evaluator.table.nodeNames()).toEqual(['n1']);
});

test('an upgraded engine decides every pair at the start, with the upgrade as the trigger', () => {
  const world = withNode();
  world.applyDaemonSet(KEY);
  // As an older engine recorded it, with a different verdict.
  const before = world.recorder.events.map((event): JournalEvent => {
    if (event.kind === 'coordinator') return { ...event, engineVersion: '0' };
    return event.kind === 'decision' ? { ...event, to: 'none', engineVersion: '0' } : event;
  });
  const next = new World({ clock: world.clock, events: before });
  expect(next.verdict('n1', KEY)).toBe('run');
  expect(next.recorder.all('decision').at(-1)).toMatchObject({
    from: 'none',
    to: 'run',
    cause: { trigger: 'engine-upgrade' },
  });
  expect(next.recorder.all('coordinator').at(-1)).toMatchObject({
    action: 'started',
    detail: `placement engine upgraded from 0 to ${PLACEMENT_ENGINE_VERSION}`,
  });
});

test('decisions that a killed coordinator did not record are made at the next start', () => {
  const world = withNode();
  world.applyNode(facts('n2'));
  world.recorder.commit();
  world.applyDaemonSet(KEY);
  // The event of the DaemonSet and the first decision became durable, and the second decision did not.
  world.recorder.commit(world.recorder.nextRevision - 2);
  const next = world.restart();
  expect([next.verdict('n1', KEY), next.verdict('n2', KEY)]).toEqual(['run', 'run']);
  expect(next.recorder.all('decision').slice(-1)).toMatchObject([
    { node: 'n2', from: null, to: 'run', cause: { trigger: 'restart' } },
  ]);
});

test('pairs of a removed DaemonSet or node whose end was not recorded end at the next start', () => {
  const world = withNode();
  world.applyNode(facts('n2'));
  world.applyDaemonSet(KEY);
  world.applyDaemonSet('default/b');
  world.evaluator.daemonSetRemoved(KEY, '');
  world.recorder.commit(world.recorder.nextRevision - 2);
  const next = world.restart();
  expect(next.recorder.all('decision').slice(-1)).toMatchObject([
    { node: 'n2', daemonSet: KEY, from: 'run', to: null },
  ]);
  next.recorder.commit();
  next.evaluator.nodeRemoved('n2', '');
  next.recorder.commit(next.recorder.nextRevision - 2);
  const last = next.restart();
  expect(last.recorder.all('decision').slice(-1)).toMatchObject([{ node: 'n2', daemonSet: 'default/b', to: null }]);
});

test('a change lists only the tolerations and requirements that were added or removed', () => {
  const world = new World();
  const affinity = (operator: string) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator, values: ['a', 'b'] }] }],
      },
    },
  });
  const team = (value: string) => ({ key: 'team', value, effect: 'NoSchedule' });
  world.applyDaemonSet('default/a', { affinity: affinity('In'), tolerations: [team('a'), team('b')] });
  world.applyDaemonSet('default/a', { affinity: affinity('NotIn'), tolerations: [team('b')] });
  const changes = world.recorder
    .all('daemon-set')
    .at(-1)
    ?.changes.filter(({ field }) => /^(aff|tol)/.test(field));
  expect(changes).toEqual([
    { field: 'affinity.term 0: zone In (a, b)', from: '', to: null },
    { field: 'affinity.term 0: zone NotIn (a, b)', from: null, to: '' },
    { field: 'tolerations.team=a:NoSchedule', from: '', to: null },
  ]);
});

test('a change of the template lists the images that were added, changed or removed', () => {
  const world = new World();
  const apply = (...images: string[]) => {
    const [first, ...containers] = images.map((image) => ({ name: image.split(':')[0], image }));
    world.applyDaemonSet(KEY, { initContainers: [first], containers });
  };
  apply('init:1', 'main:1', 'gone:1', 'same:1');
  apply('init:2', 'main:2', 'new:1', 'same:1');
  const event = world.recorder.all('daemon-set').at(-1);
  expect(event?.changes.filter(({ field }) => field.startsWith('images.'))).toEqual([
    { field: 'images.gone', from: 'gone:1', to: null },
    { field: 'images.init', from: 'init:1', to: 'init:2' },
    { field: 'images.main', from: 'main:1', to: 'main:2' },
    { field: 'images.new', from: null, to: 'new:1' },
  ]);
  expect(event && eventSentence(event)).toMatch(
    /^DaemonSet default\/a: image gone=gone:1 removed; image init init:1 → init:2; image main main:1 → main:2; and 2 more$/,
  );
});

test('a record without images from an older coordinator is completed once, without a change of images', () => {
  const world = withNode();
  world.applyDaemonSet(KEY, {}, { image: 'v1' });
  const before = world.recorder.events.map((event) =>
    event.kind === 'daemon-set' && event.record !== null
      ? { ...event, record: { ...event.record, images: null } }
      : event,
  );
  const restart = () => new World({ clock: world.clock, events: before });
  const [next, changed] = [restart(), restart()];
  expect(next.costOf(() => next.applyDaemonSet(KEY, {}, { image: 'v1' }))).toEqual({ pairs: 0, events: 1 });
  const completed = next.recorder.all('daemon-set').at(-1);
  expect(completed).toMatchObject({ action: 'changed', record: { generation: 1, images: { c: 'v1' } }, changes: [] });
  expect(completed && eventSentence(completed)).toBe(
    'DaemonSet default/a: the manifest is unchanged; more of it is recorded',
  );
  expect(next.costOf(() => next.applyDaemonSet(KEY, {}, { image: 'v1' })).events).toBe(0);
  changed.applyDaemonSet(KEY, {}, { image: 'v2' });
  const fields = changed.recorder
    .all('daemon-set')
    .at(-1)
    ?.changes.map(({ field }) => field);
  expect(fields).toEqual(['digest', 'templateRevision']);
});

test('a problem of the source is recorded when it appears and when it is resolved, each time with all current problems', () => {
  const world = new World();
  const problem = (source: string) => ({ code: 'Malformed', fieldPath: '', message: 'is not valid YAML', source });
  const [a, b] = [problem('a.yaml:3'), problem('b.yaml:1')];
  const [sayA, sayB] = ['a.yaml:3: is not valid YAML', 'b.yaml:1: is not valid YAML'];
  expect(world.costOf(() => world.evaluator.problemsChanged([a])).events).toBe(1);
  expect(world.costOf(() => world.evaluator.problemsChanged([a])).events).toBe(0);
  expect(world.costOf(() => world.evaluator.problemsChanged([b])).events).toBe(2);
  expect(world.costOf(() => world.evaluator.problemsChanged([])).events).toBe(1);
  const events = world.recorder.all('coordinator').filter(({ action }) => action === 'problem');
  expect(events.map(({ detail, problems }) => [detail, problems])).toEqual([
    [sayA, [sayA]],
    [sayB, undefined],
    [`resolved: ${sayA}`, [sayB]],
    [`resolved: ${sayB}`, []],
  ]);
});

test('an event lists a limited number of problems and counts the others', () => {
  const world = new World();
  const problems = Array.from({ length: 103 }, (_, index) => ({
    code: 'Malformed',
    fieldPath: '',
    message: 'is not valid YAML',
    source: `${index}.yaml`,
  }));
  world.evaluator.problemsChanged(problems);
  const kept = world.recorder.all('coordinator').at(-1)?.problems;
  expect(kept).toHaveLength(101);
  expect(kept?.slice(-2)).toEqual(['99.yaml: is not valid YAML', 'and 3 more']);
});
