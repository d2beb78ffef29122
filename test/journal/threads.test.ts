/** The journal with its real threads, which need the built files. */
import { expect, it, onTestFinished } from 'vitest';
import type * as JournalModule from '../../coordinator/journal/journal.ts';
import { systemClock } from '../../shared/clock.ts';
import { decision } from './events.ts';
import { collected } from './historical-state.ts';
import { temporaryFile } from './open-journal.ts';

async function openBuilt(
  file: string,
  limits: JournalModule.JournalOptions['limits'] = {},
): Promise<JournalModule.Journal> {
  const built = new URL('../../dist/coordinator/journal/journal.js', import.meta.url).href;
  const { Journal } = (await import(/* @vite-ignore */ built)) as typeof JournalModule;
  const onFatal = (error: Error) => {
    throw error;
  };
  const journal = await Journal.open({ file, clock: systemClock, onFatal, limits });
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}

it('writes, queries, verifies and reopens a journal', async () => {
  const file = temporaryFile();
  const journal = await openBuilt(file);
  const nodes = Array.from({ length: 3_000 }, (_, index) => decision({ node: `node-${index}` }));
  await journal.durable(journal.append(nodes) + nodes.length - 1);
  expect(await journal.events({ node: 'node-7', limit: 5 })).toMatchObject([
    { revision: 8, node: 'node-7', to: 'run' },
  ]);
  expect(await journal.audit.verify()).toMatchObject({ checkedCount: 3_000, bad: null });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
  expect(journal.status()).toMatchObject({ rows: 3_000, commits: 2, queuedEvents: 0, state: 'writing' });
  await journal.close();
  const reopened = await openBuilt(file);
  expect(reopened.nextRevision).toBe(3_001);
  expect([...reopened.takeState().placements]).toHaveLength(3_000);
});

it('queries earlier revisions, verifies, backs up and prunes while it writes', async () => {
  const file = temporaryFile();
  const journal = await openBuilt(file, { retainedRowsMin: 1_000 });
  const nodes = Array.from({ length: 3_000 }, (_, index) => decision({ node: `node-${index}` }));
  await journal.durable(journal.append(nodes) + nodes.length - 1);
  journal.append(nodes.map((event) => ({ ...event, from: 'run', to: 'keep' })));
  const [then, exported] = await Promise.all([
    journal.history.placementAt('node-7', 'logging/fluentd', 3_000),
    collected(journal.audit.export('jsonl', { throughRevision: 3_000 })),
    journal.audit.backup(`${file}.backup`),
  ]);
  expect(then).toMatchObject({ placement: { verdict: 'run', effectiveRevision: 8 } });
  expect(exported.join('').split('\n')).toHaveLength(3_001);
  await journal.durable(6_000);
  // More changes than fit one message between threads.
  const changes = await collected(journal.history.diff(3_000, 6_000));
  expect(changes.map(({ node }) => node)).toEqual(nodes.map(({ node }) => node).sort());
  expect(await journal.prune({ retainBytes: 1 })).toMatchObject({ prunedThrough: 5_000 });
  const refusal = { name: 'JournalError', reason: 'before-retention', horizon: { revision: 5_000 } };
  await expect(journal.history.placementAt('node-7', 'logging/fluentd', 3_000)).rejects.toMatchObject(refusal);
  expect(await journal.history.placementsOfDaemonSetAt('logging/fluentd', 5_000)).toHaveLength(3_000);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ kept: 'sealed', isGood: true });
  expect((await openBuilt(`${file}.backup`)).durableRevision).toBeGreaterThanOrEqual(3_000);
});

it('passes a JournalError from a thread to the caller', async () => {
  const file = temporaryFile();
  await openBuilt(file);
  await expect(openBuilt(file)).rejects.toMatchObject({ name: 'JournalError', reason: 'in-use' });
});
