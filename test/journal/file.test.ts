/** The rules that the database enforces, the files that a journal rejects, and migrations. */
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

describe('the database', () => {
  it.each([
    ['updating an event', "UPDATE event SET verdict = 1, body = '{}' WHERE seq = 1"],
    ['deleting an event', 'DELETE FROM event WHERE seq = 2'],
    ['deleting all events', 'DELETE FROM event'],
    ['replacing an event', 'INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2'],
    ['upserting an event', 'INSERT INTO event SELECT * FROM event WHERE seq = 2 ON CONFLICT DO UPDATE SET verdict = 1'],
    [
      'leaving a gap',
      `INSERT INTO event SELECT 9, recorded_ms, lag_ms, kind, action, node_id, daemon_set_id, cause_trigger, cause_seq,
        actor_id, engine_id, verdict_before, verdict, body, hash FROM event WHERE seq = 2`,
    ],
    ['renaming a node', "UPDATE node SET name = 'other'"],
    ['deleting a node', 'DELETE FROM node'],
    ['replacing a node', "INSERT OR REPLACE INTO node VALUES (1, 'other')"],
    ['renaming a DaemonSet', "UPDATE daemon_set SET name = 'other'"],
    ['replacing a DaemonSet', "INSERT OR REPLACE INTO daemon_set VALUES (1, 'other', 'other')"],
    ['renaming an actor', "UPDATE actor SET name = 'mallory'"],
    ['replacing an actor', "INSERT OR REPLACE INTO actor VALUES (1, 'mallory')"],
    ['renaming an engine', "UPDATE engine SET version = '2'"],
  ])('rejects %s from any program', async (_what, sql) => {
    const file = await fileWithEvents();
    // The default of other programs: REPLACE does not fire delete triggers.
    const database = new Database(file);
    database.pragma('recursive_triggers = OFF');
    const everything = () => database.prepare('SELECT * FROM history').all();
    const before = everything();
    expect(() => database.exec(sql)).toThrow(/append-only|not the next seq/);
    expect(everything()).toEqual(before);
    database.close();
  });

  it('detects an altered row by its hash, even when the triggers were removed', async () => {
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
    // Two threads check three rows at a time. The second bad row is in another range and may be found first.
    database.exec('DROP TRIGGER event_no_update; UPDATE event SET verdict = 3 WHERE seq IN (5, 8)');
    database.close();
    const reopened = await openJournal({ file, limits: { startLinksMax: 2, verifyRowsMax: 3 } });
    expect(await reopened.audit.verify()).toMatchObject({
      checkedCount: 4,
      bad: { revision: 5, problem: 'the row or its hash was altered' },
      head: { revision: 4 },
    });
  });

  it.each([5, 6])('names missing row %i, within or at the end of a checked range', async (missing) => {
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

  it('has vocabulary tables with the numbers of the code', async () => {
    const database = new Database(await fileWithEvents(), { readonly: true });
    const words = (table: string) => database.prepare(`SELECT name FROM ${table} ORDER BY ${table}`).pluck().all();
    expect(words('kind')).toEqual(KINDS.words);
    expect(words('action')).toEqual(ACTIONS.words);
    expect(words('cause_trigger')).toEqual(TRIGGERS.words);
    expect(words('verdict')).toEqual(VERDICTS.words);
    database.close();
  });

  it('stores only those fields of a DaemonSet that placement reads', async () => {
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
  it('rejects a database with a newer schema and does not change a byte of it', async () => {
    const file = await fileWithEvents();
    const database = new Database(file);
    database.pragma('user_version = 999');
    database.close();
    const before = digest(file);
    await expect(openJournal({ file })).rejects.toThrow(/has schema 999, and this Rollcall supports schemas up to/);
    expect(digest(file)).toBe(before);
  });

  it('rejects a newer schema that is only in the write-ahead log', async () => {
    const file = await fileWithEvents();
    const crashed = new Database(file);
    crashed.pragma('wal_autocheckpoint = 0');
    crashed.pragma('user_version = 999');
    const before = digest(file);
    await expect(openJournal({ file })).rejects.toMatchObject({ reason: 'newer-schema' });
    expect(digest(file)).toBe(before);
    crashed.close();
  });

  it('rejects a second coordinator on the same file until the first one closes it', async () => {
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
  ])('rejects %s with a message of one line', async (_what, create) => {
    const file = temporaryFile();
    create(file);
    const error: Error = await openJournal({ file }).then(neverOpens, (reason: Error) => reason);
    expect(error).toMatchObject({ reason: 'not-a-journal' });
    expect(error.message).toContain(file);
    expect(error.message).not.toContain('\n');
  });

  it('rejects a folder that cannot be created', async () => {
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

  it('keeps a copy of the previous database', () => {
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

  it('changes nothing when a file fails halfway', () => {
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

  it('rejects a journal that was created with another text of a migration', () => {
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
