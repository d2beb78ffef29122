/** Long-running work yields to other work and to the event loop. */
import { expect, test } from 'vitest';
import { CooperativeScheduler } from '../shared/cooperative-scheduler.ts';

/** A clock that advances on every read, so that every item takes a turn. */
function slowClock() {
  let elapsedMs = 0;
  return { elapsedMs: () => (elapsedMs += 5) };
}

/** Counts the iterations of the event loop. */
function rounds(): { count: number; stop(): void } {
  const counted = { count: 0, stop: () => clearImmediate(next) };
  const round = () => {
    counted.count += 1;
    next = setImmediate(round);
  };
  let next = setImmediate(round);
  return counted;
}

test('concurrent answers take turns, and the event loop runs between two turns', async () => {
  const scheduler = new CooperativeScheduler(slowClock());
  const loop = rounds();
  const items: { name: string; item: number; round: number }[] = [];
  const answer = async (name: string) => {
    for await (const item of scheduler.each([1, 2, 3])) items.push({ name, item, round: loop.count });
  };
  await Promise.all(['a', 'b', 'c'].map(answer));
  loop.stop();
  expect(items.map(({ name, item }) => `${name}${item}`)).toEqual('a1 b1 c1 a2 b2 c2 a3 b3 c3'.split(' '));
  expect(new Set(items.map(({ round }) => round)).size).toBe(items.length);
});

test('work in steps returns its result, and short work does not yield', async () => {
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
