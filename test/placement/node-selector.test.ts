/** The rules of nodeSelector and nodeName, and objects that were not validated. */
import { expect, test } from 'vitest';
import type { DaemonSet, Node } from '../../shared/placement/index.ts';
import { daemonSet, node, verdictOf } from './objects.ts';

test('every entry of nodeSelector must be a label with the same value', () => {
  const placed = daemonSet({ nodeSelector: { disktype: 'ssd', gpu: '' } });
  expect(verdictOf(placed, node({ disktype: 'ssd', gpu: '' }))).toBe('run');
  expect(verdictOf(placed, node({ disktype: 'ssd' }))).toBe('none');
  expect(verdictOf(placed, node({ disktype: 'SSD', gpu: '' }))).toBe('none');
});

test('an empty nodeSelector matches every node', () => {
  expect(verdictOf(daemonSet({ nodeSelector: {} }), node())).toBe('run');
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', '0'])(
  'the label key %s means what is written, not what objects inherit',
  (key) => {
    const placed = parsed<DaemonSet>(`{"spec":{"template":{"spec":{"nodeSelector":{"${key}":"a"}}}}}`);
    const having = parsed<Node>(`{"metadata":{"name":"n","labels":{"${key}":"a"}}}`);
    expect(verdictOf(placed, having)).toBe('run');
    expect(verdictOf(placed, node())).toBe('none');
  },
);

test('a nodeSelector key that is not a valid label key matches if the node has it', () => {
  expect(verdictOf(daemonSet({ nodeSelector: { 'a b': 'c' } }), node({ 'a b': 'c' }))).toBe('run');
});

test('a null value equals the empty value, as Kubernetes decodes it', () => {
  const placed = parsed<DaemonSet>('{"spec":{"template":{"spec":{"nodeSelector":{"gpu":null}}}}}');
  expect(verdictOf(placed, node({ gpu: '' }))).toBe('run');
  expect(verdictOf(placed, parsed<Node>('{"metadata":{"labels":{"gpu":null}}}'))).toBe('run');
  expect(verdictOf(placed, node())).toBe('none');
});

test('nodeName in the template matches only that node, and an empty nodeName matches every node', () => {
  expect(verdictOf(daemonSet({ nodeName: 'worker-1' }), node())).toBe('run');
  expect(verdictOf(daemonSet({ nodeName: 'worker-2' }), node())).toBe('none');
  expect(verdictOf(daemonSet({ nodeName: '' }), node())).toBe('run');
});

test.each(['null', '{}', '[]', '"text"', '7', '{"spec":null}', '{"spec":{"template":{"spec":[]}}}'])(
  'an object that is just %s is read as one in which everything is missing',
  (json) => {
    expect(verdictOf(parsed<DaemonSet>(json), parsed<Node>(json))).toBe('run');
  },
);

function parsed<T>(json: string): T {
  return JSON.parse(json) as T;
}
