/** A journal that was written before words were renamed verifies, and is read and filtered with the new words. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { beforeEach, expect, it } from 'vitest';
import type { Journal } from '../../coordinator/journal/journal.ts';
import { migrate } from '../../coordinator/journal/schema/migrate.ts';
import { rebuildDerivedTables } from '../../coordinator/journal/schema/rebuild.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { facts } from './events.ts';
import { collected } from './historical-state.ts';
import { openJournal, temporaryFile } from './open-journal.ts';

const MIGRATIONS = fileURLToPath(new URL('../../coordinator/journal/migrations', import.meta.url));
/** The schema in which the trigger was still called `roll-change`. */
const OLD_SCHEMA = 3;

const ORIGIN_CHANGE = { field: 'origin', from: 'agent', to: 'roll' };
const ADDED = { facts: facts('node-1'), origin: 'roll', source: 'nodes/1.yaml', changes: [] };
const REPORTED = { facts: facts('node-1', 'b'), origin: 'agent', source: '', changes: [] };
const EDITED = { facts: facts('node-1', 'c'), origin: 'roll', source: 'nodes/1.yaml', changes: [ORIGIN_CHANGE] };

/** Numbers and words as the old version stored them: kind 2 is `node`, actions 1 and 2 are `added` and `changed`. */
const ROWS = [
  { action: [1, 'added'], trigger: [3, 'roll-change'], body: JSON.stringify(ADDED) },
  { action: [2, 'changed'], trigger: [1, 'node-report'], body: JSON.stringify(REPORTED) },
  { action: [2, 'changed'], trigger: [3, 'roll-change'], body: JSON.stringify(EDITED) },
] as const;

let file: string;
let journal: Journal;

beforeEach(async () => {
  file = temporaryFile();
  writeOldJournal(file);
  // The derived tables are rebuilt with the present schema, to which the first opening migrates the file.
  await (await openJournal({ file })).close();
  rebuildDerivedTables(file);
  journal = await openJournal({ file });
});

it('verifies, and continues with new rows', async () => {
  const node = {
    kind: 'node',
    action: 'removed',
    node: 'node-1',
    facts: null,
    origin: 'inventory',
    source: '',
  } as const;
  const cause = { trigger: 'node-change', revision: 0, actor: 'alice' } as const;
  await journal.durable(journal.append([{ ...node, changes: [], occurredMs: 5, cause }]));
  expect(await journal.audit.verify({ wholeFile: true })).toMatchObject({ checkedCount: 4, bad: null, isGood: true });
  expect(await journal.audit.rebuildEquals()).toEqual({ equal: true, differing: [] });
});

it('is read with the new words', async () => {
  expect(await journal.events({ limit: 10, oldestFirst: true })).toMatchObject([
    { origin: 'inventory', changes: [], cause: { trigger: 'node-change', actor: 'alice' } },
    { origin: 'agent', cause: { trigger: 'node-report' } },
    { origin: 'inventory', changes: [{ field: 'origin', from: 'agent', to: 'inventory' }] },
  ]);
  expect(journal.takeState().nodes).toMatchObject([{ origin: 'inventory', effectiveRevision: 3 }]);
  expect(await journal.history.nodeAt('node-1', 1)).toMatchObject({ origin: 'inventory' });
  const exported = (await collected(journal.audit.export('jsonl'))).join('');
  expect(exported).toContain('"trigger":"node-change"');
  expect(exported).not.toMatch(/"roll/);
});

it('is filtered by the new name of the trigger', async () => {
  const events = await journal.events({ triggers: ['node-change'], limit: 10 });
  expect(events.map(({ revision }) => revision)).toEqual([3, 1]);
});

it('has the new name of the trigger in its vocabulary table', () => {
  const database = new Database(file, { readonly: true });
  const causes = database.prepare('SELECT cause FROM history ORDER BY seq').pluck().all();
  database.close();
  expect(causes).toEqual(['node-change', 'node-report', 'node-change']);
});

/** Writes the rows with the old migrations and the documented hashes, without other code of the journal. */
function writeOldJournal(path: string): void {
  const migrations = temporaryFolder();
  for (const name of readdirSync(MIGRATIONS)) {
    if (Number(name.slice(0, 4)) <= OLD_SCHEMA) cpSync(join(MIGRATIONS, name), join(migrations, name));
  }
  const database = new Database(path);
  migrate(database, 1_000, migrations);
  database.exec(`
    INSERT INTO store (id, store_id, created_ms) VALUES (1, '${'0'.repeat(32)}', 1000);
    INSERT INTO node VALUES (1, 'node-1');
    INSERT INTO actor VALUES (1, 'alice');`);
  const insert = database.prepare(
    `INSERT INTO event (seq, recorded_ms, lag_ms, kind, action, node_id, cause_trigger, cause_seq, actor_id, body, hash)
     VALUES (?, 2000, 500, 2, ?, 1, ?, 0, 1, ?, ?)`,
  );
  let hash = Buffer.alloc(32);
  for (const [index, { action, trigger, body }] of ROWS.entries()) {
    const seq = index + 1;
    const words = ['node', action[1], 'node-1', null, trigger[1], 0, 'alice', null, null, null, body];
    const text = JSON.stringify([seq, 2_000, 1_500, ...words]);
    hash = createHash('sha256').update(hash).update(text).digest();
    insert.run(seq, action[0], trigger[0], body, hash);
  }
  database.close();
}
