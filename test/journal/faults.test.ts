/** What happens to a journal's files besides crashes: bad pages, cut logs, disks that cannot be written, clocks that jump. */
import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, openSync, readFileSync, statSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sameThread } from '../../coordinator/journal/threads.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const decisions = (count: number) => Array.from({ length: count }, (_, index) => decision({ node: `node-${index}` }));

describe('a page that went bad', () => {
  it('is a bad row to whoever verifies and one sentence to whoever asks, and the rest still answers', async () => {
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

describe('a write-ahead log that was cut', () => {
  it('costs whole commits and no part of one, and a published head tells that they are missing', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file, limits: { batchEventsMax: 50 } });
    await journal.durable(journal.append(decisions(1_000)) + 999);
    const anchor = journal.head();
    // As a crash would leave them.
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

describe('a disk that can only be read', () => {
  it('is refused in one sentence that names it', async (context) => {
    const folder = temporaryFolder();
    const file = join(folder, 'journal.db');
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return context.skip('needs the right to mount a tmpfs, which this user lacks');
    }
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    const journal = await openJournal({ file });
    await journal.durable(journal.append(decisions(10)) + 9);
    await journal.close();
    const before = readFileSync(file);
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const refusal = { reason: 'unwritable', message: expect.stringContaining(file) };
    await expect(openJournal({ file })).rejects.toMatchObject(refusal);
    expect(readFileSync(file)).toEqual(before);
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    expect((await openJournal({ file })).durableRevision).toBe(10);
  });
});

describe('an I/O error', () => {
  it('ends the journal at once, because nobody can know what is on disk, and acknowledges nothing more', async () => {
    const told: Error[] = [];
    const failing = { ...sameThread, startWriter: () => ({ ...sameThread.startWriter(), write: ioError }) };
    const journal = await openJournal({ threads: failing, onFatal: (error) => told.push(error) });
    const durable = journal.durable(journal.append([decision()]));
    await expect(durable).rejects.toThrow('disk I/O error');
    expect(told).toHaveLength(1);
    expect(journal.status()).toMatchObject({ state: 'failed', problem: 'disk I/O error' });
    expect(journal.durableRevision).toBe(0);
    expect(() => journal.append([decision()])).toThrow('disk I/O error');
  });
});

describe('a clock that jumps back an hour', () => {
  it('changes neither the order of times nor what held at one, over a restart too', async () => {
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
    expect(await journal.past.revisionAt(hourMs)).toBe(0);
    clock.advance(hourMs);
    expect(await journal.past.revisionAt(2 * hourMs)).toBe(2);
  });
});

function ioError(): Promise<never> {
  return Promise.reject(Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_FSYNC' }));
}

/** Overwrites the head of the page that holds a row of the record. */
function spoilPageOf(file: string, seq: number): void {
  const database = new Database(file, { readonly: true });
  // A row's hash stands in the file as it is.
  const hash = database.prepare('SELECT hash FROM event WHERE seq = ?').pluck().get(seq) as Buffer;
  const pageSize = database.pragma('page_size', { simple: true }) as number;
  database.close();
  const offset = readFileSync(file).indexOf(hash);
  expect(offset).toBeGreaterThan(0);
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(64, 0xa5), 0, 64, offset - (offset % pageSize));
  closeSync(descriptor);
}
