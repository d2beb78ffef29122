/** What SQLite is told matters more than what it is asked: its own defaults would lose acknowledged rows. */
import { expect, it } from 'vitest';
import { openForWriting } from '../../coordinator/journal/schema/database.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

it('waits for the disk at every commit, and logs ahead', () => {
  const database = openForWriting(`${temporaryFolder()}/journal.db`);
  const FULL = 2;
  expect(database.pragma('synchronous', { simple: true })).toBe(FULL);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(database.pragma('recursive_triggers', { simple: true })).toBe(1);
  database.close();
});
