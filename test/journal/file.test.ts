/** What the database itself enforces, and which files a journal refuses to open. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { migrate } from '../../coordinator/journal/schema/migrate.ts';
import { ACTIONS, KINDS, TRIGGERS, VERDICTS } from '../../shared/journal-format/vocabulary.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { daemonSetRecord, decision } from './events.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

async function fileWithEvents(): Promise<string> {
  const file = temporaryFile();
  const journal = await openJournal({ file });
  journal.append([decision({ cause: { trigger: 'operator', revision: 0, actor: 'alice' } }), decision({ to: 'none' })]);
  await journal.close();
  return file;
}

describe('the record', () => {
  it.each([
    ['an event updated', "UPDATE event SET verdict = 1, body = '{}' WHERE seq = 1"],
    ['an event deleted', 'DELETE FROM event WHERE seq = 2'],
    ['all events deleted', 'DELETE FROM event'],
    ['an event replaced', 'INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2'],
    ['an event upserted', 'INSERT INTO event SELECT * FROM event WHERE seq = 2 ON CONFLICT DO UPDATE SET verdict = 1'],
    [
      'a gap',
      `INSERT INTO event SELECT 9, recorded_ms, lag_ms, kind, action, node_id, daemon_set_id, cause_trigger, cause_seq,
        actor_id, engine_id, verdict_before, verdict, body, hash FROM event WHERE seq = 2`,
    ],
    ['a node renamed', "UPDATE node SET name = 'other'"],
    ['a node deleted', 'DELETE FROM node'],
    ['a node replaced', "INSERT OR REPLACE INTO node VALUES (1, 'other')"],
    ['a DaemonSet renamed', "UPDATE daemon_set SET name = 'other'"],
    ['a DaemonSet replaced', "INSERT OR REPLACE INTO daemon_set VALUES (1, 'other', 'other')"],
    ['an actor renamed', "UPDATE actor SET name = 'mallory'"],
    ['an actor replaced', "INSERT OR REPLACE INTO actor VALUES (1, 'mallory')"],
    ['an engine renamed', "UPDATE engine SET version = '2'"],
  ])('refuses %s, whoever writes', async (_what, sql) => {
    const file = await fileWithEvents();
    // As little set as any other program would: triggers of REPLACE are off by default.
    const database = new Database(file);
    database.pragma('recursive_triggers = OFF');
    const everything = () => database.prepare('SELECT * FROM history').all();
    const before = everything();
    expect(() => database.exec(sql)).toThrow(/append-only|not the next seq/);
    expect(everything()).toEqual(before);
    database.close();
  });

  it('tells an altered row by its hash, even where the triggers were taken away', async () => {
    const file = await fileWithEvents();
    const database = new Database(file);
    database.exec("DROP TRIGGER actor_no_update; UPDATE actor SET name = 'mallory'");
    database.close();
    await expect(openJournal({ file })).rejects.toThrow(/damaged \(at revision 1: the row or its hash was altered\)/);
  });

  it('names the first bad row when the whole chain is checked', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file, limits: { startLinksMax: 2, verifyRowsMax: 3 } });
    journal.append(Array.from({ length: 10 }, (_, index) => decision({ node: `node-${index}` })));
    await journal.close();
    const database = new Database(file);
    // Two threads check three rows at a time: the second bad row lies in another stretch, and is found at the same time.
    database.exec('DROP TRIGGER event_no_update; UPDATE event SET verdict = 3 WHERE seq IN (5, 8)');
    database.close();
    const reopened = await openJournal({ file, limits: { startLinksMax: 2, verifyRowsMax: 3 } });
    expect(await reopened.audit.verify()).toMatchObject({
      checkedCount: 4,
      bad: { revision: 5, problem: 'the row or its hash was altered' },
      head: { revision: 4 },
    });
  });

  it.each([5, 6])('names row %i when it is missing, also where one stretch of the check ends', async (missing) => {
    const file = temporaryFile();
    const limits = { startLinksMax: 2, verifyRowsMax: 3 };
    const journal = await openJournal({ file, limits });
    journal.append(Array.from({ length: 10 }, (_, index) => decision({ node: `node-${index}` })));
    await journal.close();
    const database = new Database(file);
    database.exec(`DROP TRIGGER event_no_delete; DELETE FROM event WHERE seq = ${missing}`);
    database.close();
    const report = await (await openJournal({ file, limits })).audit.verify();
    expect(report).toMatchObject({ isGood: false, checkedCount: missing - 1, head: { revision: missing - 1 } });
    expect(report.bad?.problem).toBe(`row ${missing} is missing`);
  });

  it('uses the numbers of its vocabulary tables', async () => {
    const database = new Database(await fileWithEvents(), { readonly: true });
    const words = (table: string) => database.prepare(`SELECT name FROM ${table} ORDER BY ${table}`).pluck().all();
    expect(words('kind')).toEqual(KINDS.words);
    expect(words('action')).toEqual(ACTIONS.words);
    expect(words('cause_trigger')).toEqual(TRIGGERS.words);
    expect(words('verdict')).toEqual(VERDICTS.words);
    database.close();
  });

  it('keeps nothing of a DaemonSet that placement does not read', async () => {
    const file = temporaryFile();
    const journal = await openJournal({ file });
    const record = daemonSetRecord('logging/fluentd', 1);
    const secret = 'hunter2-in-plain-sight';
    const placement = {
      ...record.placement,
      metadata: { ...record.placement.metadata, annotations: { 'last-applied': secret } },
      spec: {
        template: {
          metadata: { labels: { secret } },
          spec: {
            nodeSelector: { zone: 'b' },
            containers: [{ name: 'c', env: [{ name: 'PASSWORD', value: secret }] }],
          },
        },
      },
    };
    const { cause, occurredMs } = decision();
    journal.append([
      {
        kind: 'daemon-set',
        action: 'added',
        daemonSet: record.key,
        record: { ...record, placement },
        problems: [],
        changes: [],
        cause,
        occurredMs,
      },
    ]);
    await journal.close();
    for (const name of readdirSync(join(file, '..'))) {
      expect(readFileSync(join(file, '..', name)).includes(secret)).toBe(false);
    }
    const state = (await openJournal({ file })).takeState();
    expect(state.daemonSets[0]?.record?.placement.spec?.template?.spec).toEqual({ nodeSelector: { zone: 'b' } });
  });
});

describe('opening', () => {
  it('refuses a database of a newer schema and does not change a byte of it', async () => {
    const file = await fileWithEvents();
    const database = new Database(file);
    database.pragma('user_version = 999');
    database.close();
    const before = digest(file);
    await expect(openJournal({ file })).rejects.toThrow(/has schema 999, and this Rollcall supports schemas up to/);
    expect(digest(file)).toBe(before);
  });

  it('refuses a newer schema that is still in the write-ahead log only', async () => {
    const file = await fileWithEvents();
    const crashed = new Database(file);
    crashed.pragma('wal_autocheckpoint = 0');
    crashed.pragma('user_version = 999');
    const before = digest(file);
    await expect(openJournal({ file })).rejects.toMatchObject({ reason: 'newer-schema' });
    expect(digest(file)).toBe(before);
    crashed.close();
  });

  it('refuses a second coordinator on the same file, and lets it in once the first is gone', async () => {
    const file = temporaryFile();
    const first = await openJournal({ file });
    await expect(openJournal({ file })).rejects.toMatchObject({ reason: 'in-use' });
    await first.close();
    await (await openJournal({ file })).close();
  });

  it.each([
    ['a text file', (file: string) => writeFileSync(file, 'not a database'.repeat(50))],
    ['a short file', (file: string) => writeFileSync(file, 'x')],
    ['a folder', (file: string) => mkdirSync(file)],
    ["another program's database", (file: string) => new Database(file).exec('CREATE TABLE t (x)').close()],
  ])('refuses %s in one sentence', async (_what, make) => {
    const file = temporaryFile();
    make(file);
    const error: Error = await openJournal({ file }).then(neverOpens, (reason: Error) => reason);
    expect(error).toMatchObject({ reason: 'not-a-journal' });
    expect(error.message).toContain(file);
    expect(error.message).not.toContain('\n');
  });

  it('refuses a folder that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'taken'), '');
    const opening = openJournal({ file: join(folder, 'taken', 'data', 'journal.db') });
    await expect(opening).rejects.toMatchObject({ reason: 'unwritable' });
  });
});

describe('migrating', () => {
  const FIRST = `
    CREATE TABLE migration (version INTEGER PRIMARY KEY, file TEXT, sha256 TEXT, applied_ms INTEGER) STRICT;
    CREATE TABLE thing (name TEXT) STRICT;`;

  function folderWith(files: Record<string, string>): string {
    const folder = temporaryFolder();
    for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
    return folder;
  }

  it('applies each file once, in order, and records its digest', () => {
    const database = new Database(temporaryFile());
    migrate(database, 7, folderWith({ '0001-first.sql': FIRST }));
    const second = 'ALTER TABLE thing ADD COLUMN size INTEGER;';
    const both = folderWith({ '0001-first.sql': FIRST, '0002-second.sql': second });
    migrate(database, 8, both);
    migrate(database, 9, both);
    expect(database.pragma('user_version', { simple: true })).toBe(2);
    expect(database.prepare('SELECT * FROM migration').all()).toEqual([
      { version: 1, file: '0001-first.sql', sha256: sha256(FIRST), applied_ms: 7 },
      { version: 2, file: '0002-second.sql', sha256: sha256(second), applied_ms: 8 },
    ]);
    database.close();
  });

  it('keeps a copy of the database as it was before', () => {
    const file = temporaryFile();
    const database = new Database(file);
    migrate(database, 7, folderWith({ '0001-first.sql': FIRST }));
    database.exec("INSERT INTO thing VALUES ('old')");
    migrate(database, 8, folderWith({ '0001-first.sql': FIRST, '0002-second.sql': 'DELETE FROM thing;' }));
    database.close();
    const copy = new Database(`${file}.schema-1`, { readonly: true });
    expect(copy.prepare('SELECT name FROM thing').pluck().all()).toEqual(['old']);
    copy.close();
  });

  it('leaves everything as it was when a file fails half-way', () => {
    const database = new Database(temporaryFile());
    migrate(database, 7, folderWith({ '0001-first.sql': FIRST }));
    const broken = 'CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);';
    expect(() => migrate(database, 8, folderWith({ '0001-first.sql': FIRST, '0002-broken.sql': broken }))).toThrow(
      'nowhere',
    );
    expect(database.pragma('user_version', { simple: true })).toBe(1);
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
    database.close();
  });

  it('refuses a journal that was made with another text of a migration', () => {
    const database = new Database(temporaryFile());
    migrate(database, 7, folderWith({ '0001-first.sql': FIRST }));
    const opening = () => migrate(database, 8, folderWith({ '0001-first.sql': `${FIRST} -- edited` }));
    expect(opening).toThrow('another text of migration 1');
    database.close();
  });
});

function neverOpens(): never {
  throw new Error('it was opened');
}

function digest(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
