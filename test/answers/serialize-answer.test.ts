/** An answer that is serialized in slices equals one that is serialized as a whole. */
import { expect, it } from 'vitest';
import { definitionWithBytes } from '../../coordinator/server/bind-rpcs.ts';
import { serializeCooperatively } from '../../shared/answers/serialize-answer.ts';
import { CooperativeScheduler } from '../../shared/cooperative-scheduler.ts';
import { QueryService } from '../../shared/rpc/contract.ts';

const { responseSerialize, responseDeserialize } = QueryService.service.ListNodes;
const answerOf = (count: number) => ({
  nodes: Array.from({ length: count }, (_, index) => ({ facts: { node: { name: `n${index}` } }, revision: '7' })),
  nextPageToken: 'more',
});

it('serializes a long list with the other fields, and lets other work run in between', async () => {
  let elapsedMs = 0;
  let others = 0;
  const other = () => {
    others += 1;
    if (others < 10) setImmediate(other);
  };
  setImmediate(other);
  const answer = answerOf(2_345);
  const scheduler = new CooperativeScheduler({ elapsedMs: () => (elapsedMs += 5) });
  const bytes = await serializeCooperatively(answer, responseSerialize, scheduler);
  expect(others).toBe(10);
  expect(responseDeserialize(bytes)).toEqual(responseDeserialize(responseSerialize(answer)));
});

it('serializes a short answer, and a service definition accepts both bytes and messages', async () => {
  const answer = answerOf(3);
  expect(
    await serializeCooperatively(answer, responseSerialize, new CooperativeScheduler({ elapsedMs: () => 0 })),
  ).toEqual(responseSerialize(answer));
  const { ListNodes } = definitionWithBytes(QueryService.service);
  const bytes = responseSerialize(answer);
  expect(ListNodes?.responseSerialize(answer)).toEqual(bytes);
  expect(ListNodes?.responseSerialize(bytes)).toBe(bytes);
});

async function* inTheMaking<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

it.each([0, 1, 20, 41])('serializes a list of %i items that is generated meanwhile', async (count) => {
  const { nodes, nextPageToken } = answerOf(count);
  const scheduler = new CooperativeScheduler({ elapsedMs: () => 0 });
  const bytes = await serializeCooperatively(
    { nodes: inTheMaking(nodes), nextPageToken },
    responseSerialize,
    scheduler,
  );
  expect(responseDeserialize(bytes)).toEqual(responseDeserialize(responseSerialize({ nodes, nextPageToken })));
});

it('rejects if the list cannot be generated', async () => {
  const failing = (async function* () {
    yield* inTheMaking(answerOf(30).nodes);
    throw new Error('the journal was pruned meanwhile');
  })();
  const scheduler = new CooperativeScheduler({ elapsedMs: () => 0 });
  await expect(serializeCooperatively({ nodes: failing }, responseSerialize, scheduler)).rejects.toThrow(
    'pruned meanwhile',
  );
});
