/** Long answers take turns with each other and with everything else. */
import { expect, test } from 'vitest';
import { CooperativeScheduler } from '../shared/cooperative-scheduler.ts';

/** A clock that each look moves on, so that every item is a turn of its own. */
function slowClock() {
  let elapsedMs = 0;
  return { elapsedMs: () => (elapsedMs += 5) };
}

/** Counts how often the event loop came round. */
function rounds(): { count: number; stop(): void } {
  const counted = { count: 0, stop: () => clearImmediate(next) };
  const round = () => {
    counted.count += 1;
    next = setImmediate(round);
  };
  let next = setImmediate(round);
  return counted;
}

test('answers at once take turns, and between any two turns of theirs everything else has its own', async () => {
  const scheduler = new CooperativeScheduler(slowClock());
  const loop = rounds();
  const told: { name: string; item: number; round: number }[] = [];
  const answer = async (name: string) => {
    for await (const item of scheduler.each([1, 2, 3])) told.push({ name, item, round: loop.count });
  };
  await Promise.all(['a', 'b', 'c'].map(answer));
  loop.stop();
  expect(told.map(({ name, item }) => `${name}${item}`)).toEqual('a1 b1 c1 a2 b2 c2 a3 b3 c3'.split(' '));
  expect(new Set(told.map(({ round }) => round)).size).toBe(told.length);
});

test('work in steps comes to its result, and short work needs no pause', async () => {
  function* work(): Generator<void, string> {
    for (let step = 0; step < 3; step += 1) yield;
    return 'done';
  }
  const loop = rounds();
  expect(await new CooperativeScheduler({ elapsedMs: () => 0 }).finished(work())).toBe('done');
  expect(loop.count).toBe(0);
  expect(await new CooperativeScheduler(slowClock()).finished(work())).toBe('done');
  expect(loop.count).toBeGreaterThanOrEqual(3);
  loop.stop();
});
