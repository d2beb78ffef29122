/** Ranges that begin at the retention horizon, while the journal is pruned. */
import { expect, test } from 'vitest';
import { pageFromRange, type RangeDependencies } from '../../coordinator/history/revision-range.ts';
import { JournalError } from '../../coordinator/journal/base/journal-error.ts';
import type { Moment__Output } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { addNode, ask, failure, Query, startTestCoordinator } from '../server/running-coordinator.ts';

const NEWEST = 100_000;
const WITHOUT_START = { from: null, to: null, pageSize: 0, pageToken: '' };

type Asked = Omit<typeof WITHOUT_START, 'to'> & { readonly from: null; readonly to: Moment__Output | null };

/** The only page of a range whose journal loses `prunedRows` during each attempt, and where each attempt began. */
function pruning(prunedRows: number) {
  let horizon = 20;
  const recordedMs = (revision: number) => revision * 1_000;
  const history = {
    horizon: () => Promise.resolve({ revision: horizon, recordedMs: recordedMs(horizon) }),
    assertRecorded: async (revision: number) => {
      if (revision < horizon) throw new JournalError('before-retention', `revision ${revision} was pruned`);
    },
  };
  const eventsAt = ([revision = 0]) => Promise.resolve([{ recordedMs: recordedMs(revision) }]);
  const journal = { history, eventsAt, durableRevision: NEWEST };
  const dependencies = { journal, clock: new FakeClock(recordedMs(NEWEST)) } as unknown as RangeDependencies;
  const begun: number[] = [];
  const page = pageFromRange('Test', (_request: Asked, { from }) => {
    begun.push(from.revision);
    horizon = Math.min(horizon + prunedRows, NEWEST);
    return Promise.resolve({ items: {}, lastKey: '' });
  });
  return { page: (request: Asked) => page(request, dependencies), begun, horizon: () => horizon };
}

test('a range without a start begins ahead of pruning that is faster than the answer', async () => {
  const { page, begun, horizon } = pruning(700);
  const { from } = await page(WITHOUT_START);
  expect(begun).toEqual([20, 720, 1_420 + 1_000]);
  expect([from.revision, horizon()]).toEqual(['2420', 2_120]);
});

test('a range that is pruned completely while it is read is rejected', async () => {
  const to: Moment__Output = { moment: 'revision', revision: '500' };
  const { page, begun } = pruning(700);
  await expect(page({ ...WITHOUT_START, to })).rejects.toMatchObject({ reason: 'before-retention' });
  expect(begun).toEqual([20]);
});

test('a timeline without a start begins at the retention horizon at the time it is read, on every page', async () => {
  const { coordinator, query, clock } = await startTestCoordinator({ journal: { limits: { retainedRowsMin: 0 } } });
  const { journal } = coordinator;
  /** Prunes everything up to now, and records an event after that. */
  const prune = async () => {
    clock.advance(10_000);
    addNode(coordinator, `at-${clock.nowMs()}`);
    await journal.durable(journal.nextRevision - 1);
    await journal.prune({ retainMs: 5_000 });
    return String((await journal.history.horizon()).revision);
  };
  await prune();
  const request = { daemonSet: { name: 'a' }, pageSize: 2 };
  const first = await ask(query, Query.ListTimelines, request);
  const from = { revision: first.from?.revision ?? '' };
  const horizon = await prune();
  expect(Number(horizon)).toBeGreaterThan(Number(from.revision));
  const next = await ask(query, Query.ListTimelines, { ...request, pageToken: first.nextPageToken });
  expect([next.from?.revision, next.to?.revision]).toEqual([horizon, first.to?.revision]);
  const named = await failure(ask(query, Query.ListTimelines, { ...request, from }));
  expect(named.reason).toBe('BEFORE_RETENTION');
});
