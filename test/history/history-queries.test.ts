/** History queries start their thread on demand, and start another one if it has ended. */
import { EventEmitter, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { startHistoryInProcess } from '../../coordinator/coordinator-threads.ts';
import { HistoryQueries } from '../../coordinator/history/history-queries.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { openJournal } from '../journal/open-journal.ts';
import { addNode, ask, failure, Query, startTestCoordinator } from '../server/running-coordinator.ts';

/** Answers when `held` resolves, and calls `onQuery` for each query. */
function heldHistory(held: Promise<void>, onQuery: () => void) {
  const port = startHistoryInProcess();
  const answer: typeof port.answer = async (...query) => {
    onQuery();
    await held;
    return port.answer(...query);
  };
  return { ...port, answer };
}

/** Counts its threads and their queries; threads answer when `held` resolves. */
async function countedHistory(held = Promise.resolve()) {
  const journal = await openJournal();
  const threads: { hasEnded: boolean }[] = [];
  let queryTotal = 0;
  const start = () => {
    const port = heldHistory(held, () => (queryTotal += 1));
    const thread = { hasEnded: false };
    threads.push(thread);
    const terminate = () => {
      thread.hasEnded = true;
      return Promise.resolve();
    };
    return { ...port, terminate, hasEnded: () => thread.hasEnded };
  };
  const clock = new FakeClock();
  const historyQueries = new HistoryQueries({ journal, clock, version: '1.2.3', start });
  onTestFinished(() => historyQueries.close());
  return { historyQueries, threads, clock, queryCount: () => queryTotal };
}

const NOW = { asOf: { revision: 0, timeMs: 7_000, recordedMs: 0, isFromJournal: false }, isSynced: true };
const PLAN = { daemonSetManifests: [], removeDaemonSets: [], nodeChanges: [], at: null };
const plan = (historyQueries: HistoryQueries, isCancelled = () => false) =>
  historyQueries.answer('PlanPlacements', PLAN, { now: NOW, isCancelled });

const reasonOf = (error: { reason?: string }) => error.reason ?? 'a bug';

test('the first query starts the thread, and the next one uses it', async () => {
  const { historyQueries, threads } = await countedHistory();
  expect(threads).toHaveLength(0);
  const answers = await Promise.all([plan(historyQueries), plan(historyQueries)]);
  expect(threads).toHaveLength(1);
  const read = answers.map((bytes) => QueryService.service.PlanPlacements.responseDeserialize(bytes));
  expect(read).toMatchObject([{ asOf: { time: { seconds: '7' } } }, { asOf: { time: { seconds: '7' } } }]);
});

test('a thread that is idle for a minute ends, and the next query starts another one', async () => {
  const { historyQueries, threads, clock } = await countedHistory();
  await plan(historyQueries);
  clock.advance(59_000);
  await plan(historyQueries);
  clock.advance(59_000);
  expect(threads).toEqual([{ hasEnded: false }]);
  clock.advance(1_000);
  await eventually(() => threads[0]?.hasEnded === true);
  await plan(historyQueries);
  expect(threads).toEqual([{ hasEnded: true }, { hasEnded: false }]);
});

test('a thread that works on a query is not idle', async () => {
  const { historyQueries, threads, clock } = await countedHistory();
  await plan(historyQueries);
  const queries = plan(historyQueries);
  clock.advance(120_000);
  await queries;
  expect(threads).toEqual([{ hasEnded: false }]);
});

test('queries beyond the queue limit are rejected, and all queued queries are answered', async () => {
  const { historyQueries } = await countedHistory();
  const queries = Array.from({ length: 1_020 }, () => plan(historyQueries).then(() => 'answered', reasonOf));
  const outcomes = await Promise.all(queries);
  expect(outcomes.slice(0, 1_008)).toEqual(Array.from({ length: 1_008 }, () => 'answered'));
  expect(outcomes.slice(1_008)).toEqual(Array.from({ length: 12 }, () => 'TOO_MANY_QUERIES'));
});

test('a query that is cancelled while it is queued is not started', async () => {
  const { historyQueries, queryCount } = await countedHistory();
  const queries = Array.from({ length: 8 }, () => plan(historyQueries));
  const left = Array.from({ length: 100 }, () => plan(historyQueries, () => true).catch(reasonOf));
  queries.push(plan(historyQueries));
  await Promise.all(queries);
  expect(queryCount()).toBe(9);
  expect(new Set(await Promise.all(left))).toEqual(new Set(['INTERRUPTED']));
});

test('a caller that cancels its call cancels its queued query', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  let queryCount = 0;
  const startHistoryThread = () => heldHistory(held, () => (queryCount += 1));
  const { query } = await startTestCoordinator({ startHistoryThread });
  const queries = Array.from({ length: 8 }, () => ask(query, Query.ListEvents, {}));
  const givenUp = query.ListEvents({}, () => {});
  // A later call on the same connection is answered after this one has arrived.
  await ask(query, Query.ListAgents, {});
  givenUp.cancel();
  await ask(query, Query.ListAgents, {});
  release();
  await Promise.all([...queries, ask(query, Query.ListEvents, {})]);
  expect(queryCount).toBe(9);
});

test('when the coordinator stops, queries in progress are answered and queued queries fail immediately', async () => {
  let release = () => {};
  const { historyQueries, queryCount } = await countedHistory(new Promise((resolve) => (release = resolve)));
  const queries = Array.from({ length: 8 }, () => plan(historyQueries).then(() => 'answered'));
  const waiting = Array.from({ length: 20 }, () => plan(historyQueries).catch(reasonOf));
  await eventually(() => queryCount() === 8);
  historyQueries.drain();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['closed']));
  release();
  expect(new Set(await Promise.all(queries))).toEqual(new Set(['answered']));
});

test('a stop waits a limited time for a long query, and then fails it with the reason', async () => {
  let begun = false;
  const startHistoryThread = () => {
    const gone = new EventEmitter();
    const answer = async (): Promise<never> => {
      begun = true;
      await once(gone, 'terminated');
      throw new Error('the thread has ended');
    };
    const terminate = async () => void gone.emit('terminated');
    return { ...startHistoryInProcess(), answer, terminate };
  };
  const running = await startTestCoordinator({ startHistoryThread });
  const queries = failure(ask(running.query, Query.ListEvents, {}));
  await eventually(() => begun);
  await running.stop();
  expect(await queries).toMatchObject({ reason: 'DRAINING' });
});

test('if the thread has ended, concurrent queries start a single new one', async () => {
  const { historyQueries, threads } = await countedHistory();
  await plan(historyQueries);
  for (const thread of threads) thread.hasEnded = true;
  await Promise.all([plan(historyQueries), plan(historyQueries)]);
  expect(threads).toHaveLength(2);
});

test('if the thread cannot open the journal, the query fails and the next one tries again', async () => {
  const journal = await openJournal();
  let starts = 0;
  const start = () => {
    starts += 1;
    const port = startHistoryInProcess();
    return starts > 1 ? port : { ...port, open: () => Promise.reject(new Error('no file handle is left')) };
  };
  const historyQueries = new HistoryQueries({ journal, clock: new FakeClock(), version: '1.2.3', start });
  onTestFinished(() => historyQueries.close());
  await expect(plan(historyQueries)).rejects.toThrow('no file handle is left');
  await plan(historyQueries);
  expect(starts).toBe(2);
});

test('a query during close fails, and starts no thread', async () => {
  const { historyQueries, threads } = await countedHistory();
  await plan(historyQueries);
  const queries = Promise.allSettled([plan(historyQueries)]);
  await historyQueries.close();
  await queries;
  await expect(plan(historyQueries)).rejects.toMatchObject({ reason: 'closed' });
  expect(threads).toHaveLength(1);
});

test('a plan about now contains every change that was answered before', async () => {
  const { query, coordinator } = await startTestCoordinator({ nodes: ['n1'], keys: ['default/a'] });
  addNode(coordinator, 'n1', { disk: 'ssd' });
  const revision = coordinator.journal.nextRevision - 1;
  const answer = await ask(query, Query.PlanPlacements, {
    nodeChanges: [{ nodeName: 'n1', removeLabel: 'disk', change: 'removeLabel' }],
  });
  expect(answer).toMatchObject({ revision: String(revision), warnings: [], asOf: { fromJournal: false } });
  expect(coordinator.journal.durableRevision).toBeGreaterThanOrEqual(revision);
});

test('an error in a query about the past keeps its reason and message', async () => {
  const { query, logged } = await startTestCoordinator();
  const refusal = await failure(ask(query, Query.GetNode, { nodeName: 'n9', at: { revision: '5' } }));
  expect(refusal).toMatchObject({ reason: 'UNKNOWN_NODE', metadata: { name: 'n9' } });
  expect(logged.filter((line) => line.includes('bug:'))).toEqual([]);
});
