/** A journal on a disk that fails, becomes read-only, or loses power while the journal is written. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { SeededRandom } from '../bench/random.ts';
import { FailingDisk } from '../fakes/disks.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';
import { WritingProcess } from './writing-process.ts';

const TIMEOUT_MS = 60_000;
const SEED = inject('seed');

it('says what to do when the disk fails, and has all acknowledged rows after the repair', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const disk = new FailingDisk(context);
  const file = join(disk.folder, 'journal.db');
  const writer = new WritingProcess(file);
  const problem = writer.problem();
  await writer.announcements(20);
  disk.fail();
  // When the failure hits the metadata of the file system first, the file system becomes read-only.
  const ended = `the disk failed while the journal ${file} was written \\(.+\\); repair the disk, then start again`;
  expect(await problem).toMatch(new RegExp(`^(${ended}|stalled: the file system is read-only\n)`));
  await writer.kill();

  disk.repair();
  const journal = await openJournal({ file });
  expect(journal.durableRevision).toBeGreaterThanOrEqual(writer.announced);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
});

it('answers queries when the file system becomes read-only, reports that, and has all acknowledged rows afterwards', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const disk = new FailingDisk(context);
  const file = join(disk.folder, 'journal.db');
  const clock = new FakeClock();
  const journal = await openJournal({ file, clock });
  await journal.durable(journal.append([decision({ node: 'node-1' }), decision({ node: 'node-2' })]) + 1);
  disk.becomeReadOnly();
  const lost = Promise.allSettled([journal.durable(journal.append([decision({ node: 'node-3' })]))]);
  await eventually(() => journal.status().state === 'stalled');
  expect(journal.status().problem).toBe('the file system is read-only');
  expect(journal.accepting).toBe(false);
  clock.advance(10_000);
  expect(await journal.events({ limit: 10 })).toMatchObject([{ revision: 2 }, { revision: 1 }]);
  expect(await journal.history.placementAt('node-2', 'logging/fluentd', 2)).toBeDefined();
  await expect(journal.close()).rejects.toThrow('1 event could not be written: the file system is read-only');
  expect(await lost).toMatchObject([{ status: 'rejected' }]);

  disk.repair();
  const reopened = await openJournal({ file });
  expect(reopened.durableRevision).toBe(2);
  expect(await reopened.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
});

it('has all rows that it reported as durable after a power failure', { timeout: TIMEOUT_MS }, async (context) => {
  const disk = new FailingDisk(context);
  const random = new SeededRandom(SEED);
  for (const how of ['keep', 'prune'] as const) {
    const name = `${how}.db`;
    const writer = new WritingProcess(join(disk.folder, name), how);
    await writer.announcements(1 + random.below(60));
    await writer.halt();
    const folder = disk.afterPowerLoss();
    await writer.kill();
    const journal = await openJournal({ file: join(folder, name) });
    expect(journal.durableRevision, `seed ${SEED}`).toBeGreaterThanOrEqual(writer.announced);
    expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
    expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
    await journal.close();
  }
});

it('writes the rows of a killed coordinator to disk before it treats them as durable', async (context) => {
  const disk = new FailingDisk(context);
  const before = temporaryFile();
  const killed = await openJournal({ file: before });
  await killed.durable(killed.append([decision({ node: 'node-1' }), decision({ node: 'node-2' })]) + 1);
  // A kill between a write and its fsync leaves rows that can be read but are not on disk.
  for (const suffix of ['', '-wal']) copyFileSync(`${before}${suffix}`, join(disk.folder, `journal.db${suffix}`));
  const journal = await openJournal({ file: join(disk.folder, 'journal.db') });
  expect(journal.durableRevision).toBe(2);
  const afterwards = await openJournal({ file: join(disk.afterPowerLoss(), 'journal.db') });
  expect(afterwards.durableRevision).toBe(2);
});
