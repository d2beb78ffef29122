/** Taints have the same syntax as in `kubectl taint`. */
import { describe, expect, it } from 'vitest';
import { parseTaint, parseTaintRemoval } from '../../shared/plan/parse-taint.ts';

describe('a taint to add', () => {
  it.each([
    ['dedicated=gpu:NoSchedule', { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }],
    ['example.com/x:NoExecute', { key: 'example.com/x', value: '', effect: 'NoExecute' }],
    ['x=:PreferNoSchedule', { key: 'x', value: '', effect: 'PreferNoSchedule' }],
  ])('can be %s', (text, taint) => {
    expect(parseTaint(text)).toEqual(taint);
  });

  it.each([
    ['dedicated=gpu', 'it has no effect; add one, for example dedicated=gpu:NoSchedule'],
    ['dedicated:NoSchedul', "'NoSchedul' is not a valid effect; did you mean NoSchedule?"],
    ['dedicated:Never', "'Never' is not a valid effect; use NoSchedule, PreferNoSchedule, NoExecute"],
    ['a b:NoSchedule', "the key 'a b' is not valid"],
    [':NoSchedule', 'use the form key=value:Effect or key:Effect'],
    ['a=b:NoSchedule:NoExecute', 'use the form key=value:Effect or key:Effect'],
  ])('cannot be %s, which is rejected with one sentence', (text, sentence) => {
    expect(() => parseTaint(text)).toThrow(sentence);
  });
});

describe('a taint to remove', () => {
  it.each([
    ['dedicated', { key: 'dedicated', effect: '' }],
    ['dedicated-', { key: 'dedicated', effect: '' }],
    ['dedicated:NoExecute-', { key: 'dedicated', effect: 'NoExecute' }],
    ['dedicated=gpu:NoSchedule-', { key: 'dedicated', effect: 'NoSchedule' }],
  ])('can be %s', (text, removal) => {
    expect(parseTaintRemoval(text)).toEqual(removal);
  });
});
