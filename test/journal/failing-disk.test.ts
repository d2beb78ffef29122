/** A disk that fails, or can suddenly only be read, under a journal that is written. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FailingDisk } from '../fakes/disks.ts';
import { eventually } from '../fakes/eventually.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { decision } from './events.ts';
import { openJournal } from './open-journal.ts';
import { WritingProcess } from './writing-process.ts';

const PATIENCE_MS = 60_000;

it('says what to do when the disk fails, acknowledges nothing that is not on it, and has the rest afterwards', {
  timeout: PATIENCE_MS,
}, async (context) => {
  const disk = new FailingDisk(context);
  const file = join(disk.folder, 'journal.db');
  const writer = new WritingProcess(file);
  const problem = writer.problem();
  await writer.announcements(20);
  disk.fail();
  // Where the failure hits the file system's own records first, it becomes read-only.
  const ended = `The disk failed while the journal ${file} was written \\(.+\\); see to the disk, then start again`;
  expect(await problem).toMatch(new RegExp(`^(${ended}|stalled: the file system can only be read\n)`));
  await writer.kill();

  disk.repair();
  const journal = await openJournal({ file });
  expect(journal.durableRevision).toBeGreaterThanOrEqual(writer.announced);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
});

it('goes on answering when the file system becomes read-only, says so, and has everything acknowledged afterwards', {
  timeout: PATIENCE_MS,
}, async (context) => {
  const disk = new FailingDisk(context);
  const file = join(disk.folder, 'journal.db');
  const clock = new FakeClock();
  const journal = await openJournal({ file, clock });
  await journal.durable(journal.append([decision({ node: 'node-1' }), decision({ node: 'node-2' })]) + 1);
  disk.becomeReadOnly();
  const lost = Promise.allSettled([journal.durable(journal.append([decision({ node: 'node-3' })]))]);
  await eventually(() => journal.status().state === 'stalled');
  expect(journal.status().problem).toBe('the file system can only be read');
  expect(journal.accepting).toBe(false);
  clock.advance(10_000);
  expect(await journal.events({ limit: 10 })).toMatchObject([{ revision: 2 }, { revision: 1 }]);
  expect(await journal.past.placementAt('node-2', 'logging/fluentd', 2)).toBeDefined();
  await expect(journal.close()).rejects.toThrow('1 events could not be written: the file system can only be read');
  expect(await lost).toMatchObject([{ status: 'rejected' }]);

  disk.repair();
  const reopened = await openJournal({ file });
  expect(reopened.durableRevision).toBe(2);
  expect(await reopened.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
});
