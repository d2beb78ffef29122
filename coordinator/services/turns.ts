/** Cuts long work into turns, between which everything else that waits has its own: no answer holds the coordinator up. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../shared/clock.ts';

/** How long a turn goes on before the next item waits: one item more, and what else the turn does, stay well within 20 ms. */
const TURN_MS = 4;

type Stopwatch = Pick<Clock, 'elapsedMs'>;

/** The items, with a pause whenever a turn is over. */
export async function* inTurns<Item>(items: Iterable<Item>, clock: Stopwatch): AsyncGenerator<Item, void, undefined> {
  let startMs = clock.elapsedMs();
  for (const item of items) {
    if (clock.elapsedMs() - startMs > TURN_MS) {
      await setImmediate();
      startMs = clock.elapsedMs();
    }
    yield item;
  }
}

/** What work comes to that pauses at each step whenever a turn is over. */
export async function finishedInTurns<Result>(work: Iterator<void, Result>, clock: Stopwatch): Promise<Result> {
  let startMs = clock.elapsedMs();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (clock.elapsedMs() - startMs <= TURN_MS) continue;
    await setImmediate();
    startMs = clock.elapsedMs();
  }
}
