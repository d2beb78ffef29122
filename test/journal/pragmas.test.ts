/** The settings of SQLite on which durability depends: its defaults would lose acknowledged rows. */
import { expect, it } from 'vitest';
import { openForWriting } from '../../coordinator/journal/schema/database.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

it('syncs every commit to disk, and uses a write-ahead log', () => {
  const database = openForWriting(`${temporaryFolder()}/journal.db`);
  const FULL = 2;
  expect(database.pragma('synchronous', { simple: true })).toBe(FULL);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(database.pragma('recursive_triggers', { simple: true })).toBe(1);
  database.close();
});
