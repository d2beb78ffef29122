/** Pages have no gaps and no duplicates, and a page token is valid for its own query only. */
import { expect, test } from 'vitest';
import { addNode, ask, failure, Query, startTestCoordinator } from '../server/running-coordinator.ts';

test('a negative page size, an altered token and the token of another query are rejected', async () => {
  const { query } = await startTestCoordinator();
  expect((await failure(ask(query, Query.ListNodes, { pageSize: -1 }))).message).toContain('page_size is -1');
  const token = (await ask(query, Query.ListNodes, { pageSize: 1 })).nextPageToken ?? '';
  expect(token).not.toBe('');
  const altered = Buffer.from(Buffer.from(token, 'base64url').toString().replace('n1', 'n2')).toString('base64url');
  for (const pageToken of [altered, `${token}x`, 'nonsense', '💥']) {
    expect((await failure(ask(query, Query.ListNodes, { pageToken }))).reason).toBe('PAGE_TOKEN_INVALID');
  }
  const refusals = await Promise.all(
    [
      ask(query, Query.ListAgents, { pageToken: token }),
      ask(query, Query.ListEvents, { pageToken: token }),
      ask(query, Query.ListPlacements, { pageToken: token, nodeName: 'n1' }),
    ].map(failure),
  );
  expect(refusals.map(({ reason }) => reason)).toEqual(refusals.map(() => 'PAGE_TOKEN_INVALID'));
});

test('pages of nodes have no gaps and no duplicates while nodes are added and removed', async () => {
  const nodes = Array.from({ length: 20 }, (_, index) => `n${index + 10}`);
  const { query, coordinator } = await startTestCoordinator({ nodes });
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = await ask(query, Query.ListNodes, { pageSize: 3, pageToken });
    seen.push(...(page.nodes.map(({ facts }) => facts?.node?.name ?? '') ?? []));
    pageToken = page.nextPageToken ?? '';
    // A node of the previous page is removed, and one that sorts before it is added.
    coordinator.evaluator.nodeRemoved(seen.at(-1) ?? '', '');
    addNode(coordinator, `a${seen.length}`);
  } while (pageToken !== '');
  expect(seen).toEqual(nodes);
});

test('pages of the maximum size reach the last event of a long journal', async () => {
  const { query, coordinator } = await startTestCoordinator();
  for (let index = 0; index < 700; index++) addNode(coordinator, `extra-${index}`);
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const revisions: number[] = [];
  let pageToken = '';
  do {
    const page = await ask(query, Query.ListEvents, { pageSize: 1000, oldestFirst: true, pageToken });
    revisions.push(...page.events.map(({ revision }) => Number(revision)));
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  expect(revisions).toEqual(Array.from({ length: coordinator.journal.durableRevision }, (_, index) => index + 1));
  expect(revisions.length).toBeGreaterThan(2_000);
});
