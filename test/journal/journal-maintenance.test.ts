/** Tests the periodic maintenance of a journal: pruning, and publishing heads. */
import { expect, test } from 'vitest';
import {
  type HeadPublisher,
  JournalMaintenance,
  type JournalMaintenanceOptions,
  LogHeadPublisher,
} from '../../coordinator/journal/journal-maintenance.ts';
import { createLogger } from '../../shared/logging.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { decision } from './events.ts';
import { openJournal } from './open-journal.ts';

async function maintained(changes: Partial<JournalMaintenanceOptions> = {}) {
  const clock = new FakeClock();
  const journal = await openJournal({ clock, limits: { retainedRowsMin: 0 } });
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ program: 'test', level: 'info', format: 'json', destination });
  const publishers = [new LogHeadPublisher(log)];
  const options = { journal, clock, log, retention: null, headIntervalMs: 60_000, publishers, ...changes };
  const record = () => journal.durable(journal.append([decision()]));
  await record();
  const logged = (message: string) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['message'] === message);
  return { maintenance: new JournalMaintenance(options), journal, clock, record, logged };
}

test('rows older than the retention are pruned periodically, and the remaining rows verify', async () => {
  const { maintenance, journal, clock, record, logged } = await maintained({ retention: { retainMs: 3_600_000 } });
  maintenance.start();
  clock.advance(4_000_000);
  await record();
  await eventually(
    () => logged('journal pruned').length === 1,
    () => clock.advance(1_000),
  );
  expect((await journal.history.horizon()).revision).toBe(1);
  clock.advance(4_000_000);
  await record();
  await eventually(
    () => logged('journal pruned').length === 2,
    () => clock.advance(10_000),
  );
  expect(await journal.audit.verify()).toMatchObject({ isGood: true });
  maintenance.stop();
});

test('nothing is pruned without a retention, or after a stop', async () => {
  const { maintenance, journal, clock } = await maintained();
  maintenance.start();
  maintenance.stop();
  expect(clock.pendingCount).toBe(0);
  expect((await journal.history.horizon()).revision).toBe(0);
});

test('a failed pruning is logged and retried', async () => {
  let attempts = 0;
  const prune = () => Promise.reject(new Error(`no room ${++attempts}`));
  const journal = { head: () => ({ revision: 0, hash: '' }), prune, storeId: 'store' };
  const { maintenance, clock, logged } = await maintained({ retention: { retainBytes: 1 }, journal });
  maintenance.start();
  await eventually(
    () => attempts === 2,
    () => clock.advance(60_000),
  );
  expect(logged('failed to prune the journal').length).toBeGreaterThan(0);
  maintenance.stop();
});

test('new heads are published in the log, and verify later', async () => {
  const { maintenance, journal, clock, record, logged } = await maintained();
  maintenance.start();
  clock.advance(600_000);
  expect(logged('journal head')).toMatchObject([{ revision: 1, storeId: journal.storeId }]);
  await record();
  clock.advance(60_000);
  const [, second] = logged('journal head') as { revision: number; hash: string }[];
  expect(second?.revision).toBe(2);
  await record();
  maintenance.stop();
  await maintenance.publishHead();
  expect(logged('journal head')).toHaveLength(3);
  expect(await journal.audit.verify({ anchor: second })).toMatchObject({ isGood: true, anchor: 'matches' });
});

test('a failing publisher is logged, and the other publishers still receive the head', async () => {
  const published: number[] = [];
  const broken: HeadPublisher = { publish: () => Promise.reject(new Error('the Lease does not exist')) };
  const works: HeadPublisher = { publish: ({ revision }) => Promise.resolve(void published.push(revision)) };
  const { maintenance, logged } = await maintained({ publishers: [broken, works] });
  await maintenance.publishHead();
  expect(published).toEqual([1]);
  expect(logged('failed to publish the head of the journal')).toHaveLength(1);
});
