/** Faults other than crashes: damaged pages, truncated logs, disks that are not writable, clocks that jump. */
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { remount, smallDisk } from '../fakes/disks.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const decisions = (count: number) => Array.from({ length: count }, (_, index) => decision({ node: `node-${index}` }));

describe('a damaged page', () => {
  it('fails verification and the queries that need it, while other queries are answered', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    await journal.durable(journal.append(decisions(3_000)) + 2_999);
    await journal.close();
    spoilPageOf(file, 1_500);
    const damaged = await openJournal({ file, limits: { startLinksMax: 100 } });
    const report = await damaged.audit.verify({ wholeFile: true });
    expect(report).toMatchObject({ isGood: false, bad: { problem: expect.stringContaining('cannot be read') } });
    expect(report.bad?.revision).toBeGreaterThan(1_300);
    expect(report.bad?.revision).toBeLessThanOrEqual(1_500);
    expect(report.fileProblem).not.toBeNull();
    const message = expect.stringContaining('restored backup');
    await expect(damaged.eventsAt([1_500])).rejects.toMatchObject({ reason: 'damaged', message });
    expect(await damaged.eventsAt([3_000])).toMatchObject([{ revision: 3_000, node: 'node-2999' }]);
  });
});

describe('a truncated write-ahead log', () => {
  it('loses only whole commits, and a published head reveals the loss', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file, limits: { batchEventsMax: 50 } });
    await journal.durable(journal.append(decisions(1_000)) + 999);
    const anchor = journal.head();
    // Copied without closing, as a crash leaves the files.
    const copy = join(temporaryFolder(), 'journal.db');
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    truncateSync(`${copy}-wal`, Math.floor(statSync(`${copy}-wal`).size / 2));
    const cut = await openJournal({ file: copy });
    expect(cut.durableRevision).toBeGreaterThan(0);
    expect(cut.durableRevision).toBeLessThan(1_000);
    expect(cut.durableRevision % 50).toBe(0);
    expect(await cut.audit.verify({ wholeFile: true })).toMatchObject({ bad: null, isGood: true });
    expect(await cut.audit.verify({ anchor })).toMatchObject({ anchor: 'missing', isGood: false });
    expect(await cut.audit.rebuildEquals()).toMatchObject({ equal: true });
  });
});

describe('missing newest rows', () => {
  /** Returns the file of a journal as a crash leaves it, with its newest rows in the log. */
  async function crashed(count: number): Promise<string> {
    const file = temporaryFile();
    const journal = await openJournal({ file, limits: { batchEventsMax: 50 } });
    await journal.durable(journal.append(decisions(count)) + count - 1);
    const copy = join(temporaryFolder(), 'journal.db');
    for (const suffix of ['', '-wal', '.head']) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    return copy;
  }

  it.each<[string, (file: string) => void]>([
    ['the log is truncated', (file) => truncateSync(`${file}-wal`, Math.floor(statSync(`${file}-wal`).size / 2))],
    ['the log was removed', (file) => rmSync(`${file}-wal`)],
    ['rows were deleted', (file) => deleteAfter(file, 900)],
  ])('prevent the start when %s, with a message that says what to do', async (_what, damage) => {
    const file = await crashed(1_000);
    damage(file);
    const refusal: Error = await openJournal({ file }).then(neverOpens, (reason: Error) => reason);
    expect(refusal).toMatchObject({ reason: 'damaged' });
    expect(refusal.message).toContain('revision 1000 was on disk before');
    expect(refusal.message).toContain(`remove ${file}.head`);
    // Removing the head file accepts the loss.
    rmSync(`${file}.head`);
    expect((await openJournal({ file })).durableRevision).toBeLessThan(1_000);
  });

  it('prevent the start when other rows were written in their place', async () => {
    const file = await crashed(10);
    deleteAfter(file, 5);
    const head = readFileSync(`${file}.head`);
    rmSync(`${file}.head`);
    const other = await openJournal({ file });
    await other.durable(other.append(decisions(20)) + 19);
    await other.close();
    writeFileSync(`${file}.head`, head);
    await expect(openJournal({ file })).rejects.toThrow('revision 10 differs from the row');
  });

  it.each<[string, (file: string) => void]>([
    ['is empty', (file) => truncateSync(file, 0)],
    ['is missing', (file) => rmSync(file)],
  ])('prevent the start when the file %s but its log is not', async (_what, damage) => {
    const file = await crashed(100);
    damage(file);
    const logBytes = statSync(`${file}-wal`).size;
    await expect(openJournal({ file })).rejects.toMatchObject({
      reason: 'damaged',
      message: expect.stringContaining('-wal'),
    });
    expect(statSync(`${file}-wal`).size, 'the log is unchanged').toBe(logBytes);
  });

  it('do not prevent the start of another journal in place of the file', async () => {
    const file = await crashed(100);
    const other = temporaryFile();
    await (await openJournal({ file: other })).close();
    rmSync(`${file}-wal`);
    copyFileSync(other, file);
    expect((await openJournal({ file })).durableRevision).toBe(0);
  });
});

describe('a read-only disk', () => {
  it('prevents the start with a message that names the file', async (context) => {
    const folder = smallDisk(context, 4 * 1024 * 1024);
    const file = join(folder, 'journal.db');
    const journal = await openJournal({ file });
    await journal.durable(journal.append(decisions(10)) + 9);
    await journal.close();
    const before = readFileSync(file);
    remount(folder, 'ro');
    const refusal = { reason: 'unwritable', message: expect.stringContaining(file) };
    await expect(openJournal({ file })).rejects.toMatchObject(refusal);
    expect(readFileSync(file)).toEqual(before);
    remount(folder, 'rw');
    expect((await openJournal({ file })).durableRevision).toBe(10);
  });
});

describe('an I/O error', () => {
  it('ends the journal immediately and acknowledges nothing more, because it is unknown what is on disk', async () => {
    const fatal: Error[] = [];
    const failing = { ...sameThread, startWriter: () => ({ ...sameThread.startWriter(), write: ioError }) };
    const journal = await openJournal({ threads: failing, onFatal: (error) => fatal.push(error) });
    const durable = journal.durable(journal.append([decision()]));
    await expect(durable).rejects.toThrow('disk I/O error');
    expect(fatal).toHaveLength(1);
    expect(journal.status()).toMatchObject({ state: 'failed', problem: 'disk I/O error' });
    expect(journal.durableRevision).toBe(0);
    expect(() => journal.append([decision()])).toThrow('disk I/O error');
  });
});

describe('a clock that jumps back an hour', () => {
  it('changes neither the order of times nor the revision at a time, even after a restart', async () => {
    const file = temporaryFile();
    const hourMs = 3_600_000;
    const before = await openJournal({ file, clock: new FakeClock(2 * hourMs) });
    await before.durable(before.append([decision({ to: 'run' })]));
    await before.close();
    const clock = new FakeClock(hourMs);
    const journal = await openJournal({ file, clock });
    await journal.durable(journal.append([decision({ from: 'run', to: 'none' })]));
    const events = await journal.events({ limit: 2, oldestFirst: true });
    expect(events.map(({ recordedMs }) => recordedMs)).toEqual([2 * hourMs, 2 * hourMs]);
    expect(await journal.history.revisionAt(hourMs)).toBe(0);
    clock.advance(hourMs);
    expect(await journal.history.revisionAt(2 * hourMs)).toBe(2);
  });
});

function neverOpens(): never {
  throw new Error('it was opened');
}

/** Deletes rows in spite of the triggers. */
function deleteAfter(file: string, seq: number): void {
  const database = new Database(file);
  database.exec(`DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq > ${seq}`);
  database.close();
}

function ioError(): Promise<never> {
  return Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' }));
}

/** Overwrites the header of the page that contains a row. */
function spoilPageOf(file: string, seq: number): void {
  const database = new Database(file, { readonly: true });
  // The file contains the hash of a row literally.
  const hash = database.prepare('SELECT hash FROM event WHERE seq = ?').pluck().get(seq) as Buffer;
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  database.close();
  const offset = readFileSync(file).indexOf(hash);
  expect(offset).toBeGreaterThan(0);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(64, 0xa5), 0, 64, offset - (offset % pageSize));
  closeSync(descriptor);
}
