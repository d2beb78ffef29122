/** Cuts long work into turns, between which everything else that waits has its own: no answer holds the coordinator up. */
import { setImmediate } from 'node:timers/promises';

/** The items, with a pause after every `perTurn` of them. */
export async function* inTurns<Item>(items: Iterable<Item>, perTurn: number): AsyncGenerator<Item, void, undefined> {
  let count = 0;
  for (const item of items) {
    if (count > 0 && count % perTurn === 0) await setImmediate();
    count += 1;
    yield item;
  }
}
