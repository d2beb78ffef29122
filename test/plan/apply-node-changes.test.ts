/** What-ifs change nodes like kubectl, select them by name or label selector, and report changes without an effect. */
import { describe, expect, it } from 'vitest';
import { applyNodeChanges } from '../../shared/plan/apply-node-changes.ts';
import type { NodeChange } from '../../shared/plan/node-change.ts';
import { cluster, node } from './objects.ts';

const TAINT = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
const start = () => cluster([], [node('a', { disk: 'ssd' }), node('b', { disk: 'hdd' }, [TAINT]), node('c')]);

function after(...changes: NodeChange[]) {
  const { cluster: changed, notes } = applyNodeChanges(start(), changes);
  const labels = Object.fromEntries([...changed.nodes].map(([name, { metadata }]) => [name, metadata?.labels]));
  const taints = Object.fromEntries([...changed.nodes].map(([name, { spec }]) => [name, spec?.taints]));
  return { nodes: changed.nodes, labels, taints, notes: notes.map(({ message }) => message) };
}

const everywhere = { selector: '' };

describe('changes of nodes', () => {
  it('set and remove labels only on the selected nodes', () => {
    expect(after({ op: 'setLabel', key: 'x', value: '1', target: { selector: 'disk' } }).labels).toEqual({
      a: { disk: 'ssd', x: '1' },
      b: { disk: 'hdd', x: '1' },
      c: {},
    });
    expect(after({ op: 'removeLabel', key: 'disk', target: { name: 'a' } }).labels).toEqual({
      a: {},
      b: { disk: 'hdd' },
      c: {},
    });
  });

  it('select their nodes before any node is changed', () => {
    const { labels } = after(
      { op: 'removeLabel', key: 'disk', target: { selector: 'disk=ssd' } },
      { op: 'setLabel', key: 'was', value: 'ssd', target: { selector: 'disk=ssd' } },
    );
    expect(labels).toMatchObject({ a: { was: 'ssd' }, b: { disk: 'hdd' } });
    expect(labels['a']).not.toHaveProperty('disk');
  });

  it('add a taint once, and replace the value of a taint with the same key and effect', () => {
    const added = after({ op: 'addTaint', taint: { ...TAINT, value: 'db' }, target: everywhere });
    expect(added.taints).toEqual({
      a: [{ ...TAINT, value: 'db' }],
      b: [{ ...TAINT, value: 'db' }],
      c: [{ ...TAINT, value: 'db' }],
    });
  });

  it('remove taints by key, or by key and effect', () => {
    const byKey = after({ op: 'removeTaint', taint: { key: 'dedicated', effect: '' }, target: everywhere });
    expect(byKey.taints['b']).toEqual([]);
    const byEffect = after({ op: 'removeTaint', taint: { key: 'dedicated', effect: 'NoExecute' }, target: everywhere });
    expect(byEffect.taints['b']).toEqual([TAINT]);
    expect(byEffect.notes).toEqual([
      'Taint dedicated:NoExecute is not on any of the 3 selected nodes, so there is nothing to remove.',
    ]);
  });

  it('cordon with the taint that Kubernetes adds', () => {
    const { nodes } = after({ op: 'cordon', target: { name: 'b' } });
    expect(nodes.get('b')?.spec).toEqual({
      unschedulable: true,
      taints: [TAINT, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
    });
  });

  it('remove and add nodes, and change nodes that were added', () => {
    const { labels } = after(
      { op: 'drop', target: { name: 'a' } },
      { op: 'setLabel', key: 'x', value: '1', target: { selector: '!disk' } },
      { op: 'add', node: node('d') },
    );
    expect(labels).toEqual({ b: { disk: 'hdd' }, c: { x: '1' }, d: { x: '1' } });
  });

  it('do not modify the original cluster', () => {
    const given = start();
    const before = structuredClone([...given.nodes]);
    applyNodeChanges(given, [
      { op: 'removeLabel', key: 'disk', target: everywhere },
      { op: 'cordon', target: everywhere },
      { op: 'drop', target: { name: 'a' } },
    ]);
    expect([...given.nodes]).toEqual(before);
  });

  it('report that a label to remove does not exist', () => {
    expect(after({ op: 'removeLabel', key: 'gone', target: { name: 'c' } }).notes).toEqual([
      'Label gone is not on node c, so there is nothing to remove.',
    ]);
  });

  it.each<[string, NodeChange, string]>([
    [
      'an unknown node',
      { op: 'cordon', target: { name: 'workr-1' } },
      'there is no node workr-1; did you mean worker-1?',
    ],
    [
      'a selector that matches no node',
      { op: 'drop', target: { selector: 'disk=tape' } },
      "no node matches the selector 'disk=tape', so there is nothing to change",
    ],
    [
      'a node that already exists',
      { op: 'add', node: node('a') },
      'node a cannot be added: a node with this name already exists',
    ],
  ])('reject %s with one sentence', (_, change, sentence) => {
    const given = cluster([], [node('a'), node('worker-1')]);
    expect(() => applyNodeChanges(given, [change])).toThrow(sentence);
  });
});
