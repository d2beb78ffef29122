/** Kills processes while they back up or migrate a journal: the file that they leave is complete or does not exist. */
import { copyFileSync, cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, inject, it } from 'vitest';
import { SeededRandom } from '../bench/random.ts';
import { Running } from '../e2e/programs.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const KILLS = inject('isThorough') ? 50 : 4;
const SEED = inject('seed');
const TIMEOUT_MS = KILLS * 30_000;
const ROWS = 5_000;
const COPIER = fileURLToPath(new URL('./crash-copier.mjs', import.meta.url));
const MIGRATIONS = fileURLToPath(new URL('../../coordinator/journal/migrations', import.meta.url));
const NEWEST = readdirSync(MIGRATIONS).length;

/** A migration that takes long enough for a kill to hit it. */
const NEXT = 'CREATE TABLE one AS SELECT * FROM event; CREATE TABLE two AS SELECT * FROM one; DROP TABLE one;';

async function journalWithRows(): Promise<string> {
  const file = temporaryFile();
  const journal = await openJournal({ file });
  journal.append(Array.from({ length: ROWS }, (_, index) => decision({ node: `node-${index % 1_000}` })));
  await journal.close();
  return file;
}

/** The time from `began` to `ended` without a kill. */
async function measuredMs(args: readonly string[]): Promise<number> {
  const copier = new Running(COPIER, args);
  await copier.line((line) => line === 'began');
  const beganMs = performance.now();
  await copier.line((line) => line === 'ended');
  await copier.ended;
  return performance.now() - beganMs;
}

async function killWithin(afterMs: number, args: readonly string[]): Promise<void> {
  const copier = new Running(COPIER, args);
  await copier.line((line) => line === 'began');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await copier.kill('SIGKILL');
}

async function assertSound(file: string): Promise<void> {
  const journal = await openJournal({ file });
  expect(journal.durableRevision).toBeGreaterThanOrEqual(ROWS);
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ isGood: true });
  await journal.close();
}

describe(`a process that is killed ${KILLS} times (seed ${SEED})`, { timeout: TIMEOUT_MS }, () => {
  it('leaves an intact journal, and a complete backup or none, when it is killed during a backup', async () => {
    const file = await journalWithRows();
    const target = join(temporaryFolder(), 'backup.db');
    const random = new SeededRandom(SEED);
    const args = ['backup', file, target];
    const wholeMs = await measuredMs(args);
    for (let kill = 0; kill < KILLS; kill += 1) {
      rmSync(target, { force: true });
      await killWithin(random.next() * wholeMs, args);
      await assertSound(file);
      if (existsSync(target)) await assertSound(target);
    }
    // Files that the last process left do not prevent another backup.
    rmSync(target, { force: true });
    await measuredMs(args);
    await assertSound(target);
    expect(existsSync(`${target}.partial`)).toBe(false);
  });

  it('leaves the old or the new schema, and a complete copy of the old file or none, when it is killed during a migration', async () => {
    const original = await journalWithRows();
    const migrations = temporaryFolder();
    cpSync(MIGRATIONS, migrations, { recursive: true });
    writeFileSync(join(migrations, `${String(NEWEST + 1).padStart(4, '0')}-next.sql`), NEXT);
    const random = new SeededRandom(SEED);
    const copied = () => {
      const file = temporaryFile();
      copyFileSync(original, file);
      return file;
    };
    const wholeMs = await measuredMs(['migrate', copied(), migrations]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const file = copied();
      await killWithin(random.next() * wholeMs, ['migrate', file, migrations]);
      const { version, newRows } = schemaOf(file);
      expect([version, newRows]).toEqual(version === NEWEST ? [NEWEST, null] : [NEWEST + 1, ROWS]);
      const copy = `${file}.schema-${NEWEST}`;
      expect(existsSync(copy) || version === NEWEST, 'the copy exists before the migration').toBe(true);
      if (existsSync(copy)) await assertSound(copy);
      if (version === NEWEST) await assertSound(file);
      // The next start completes the migration.
      await measuredMs(['migrate', file, migrations]);
      expect(schemaOf(file)).toEqual({ version: NEWEST + 1, newRows: ROWS });
      await assertSound(copy);
    }
  });
});

/** `newRows`: rows of the table that the migration creates; `null` when none of its tables exist. */
function schemaOf(file: string): { version: number; newRows: number | null } {
  const database = new Database(file);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  const version = database.pragma('user_version', { simple: true }) as number;
  const created = database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('one', 'two')").pluck().all();
  const newRows = created.length === 0 ? null : (database.prepare('SELECT count(*) FROM two').pluck().get() as number);
  database.close();
  return { version, newRows };
}
