/** The names of daemon pods. */
import { expect, it } from 'vitest';
import { type PodIdentity, podName } from '../../coordinator/rollout/pod-name.ts';

const identity: PodIdentity = {
  daemonSetName: 'agent',
  daemonSetUid: 'd1',
  nodeUid: 'n1',
  revisionHash: 'h1',
  attempt: 0,
};

it('is the same for the same pod, whenever it is computed', () => {
  // Written down, so that a change of the algorithm is noticed: a coordinator of another version would create a second pod.
  expect(podName(identity)).toBe('agent-4t8qw');
});

it.each(['daemonSetUid', 'nodeUid', 'revisionHash'] as const)('differs for another %s', (field) => {
  expect(podName({ ...identity, [field]: 'other' })).not.toBe(podName(identity));
});

it('differs for each attempt', () => {
  const names = Array.from({ length: 100 }, (_, attempt) => podName({ ...identity, attempt }));
  expect(new Set(names).size).toBe(100);
});

it('does not confuse where one field ends and the next one starts', () => {
  const [left, right] = [
    { ...identity, daemonSetUid: 'a', nodeUid: 'bc' },
    { ...identity, daemonSetUid: 'ab', nodeUid: 'c' },
  ];
  expect(podName(left)).not.toBe(podName(right));
});

it('has five characters without vowels, and at most 63 characters', () => {
  for (const length of [1, 56, 57, 58, 59, 253]) {
    const name = podName({ ...identity, daemonSetName: 'a'.repeat(length) });
    const base = `${'a'.repeat(length)}-`.slice(0, 58);
    expect(name).toMatch(new RegExp(`^${base}[bcdfghjklmnpqrstvwxz2456789]{5}$`));
    expect(name.length).toBeLessThanOrEqual(63);
  }
});
