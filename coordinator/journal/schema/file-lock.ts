/**
 * One coordinator per journal. The lock is SQLite's own on a side file, so the system drops it with
 * the process, however that ends; the side file itself stays and means nothing.
 */
import Database from 'better-sqlite3';
import { codeOf, JournalError } from '../journal-error.ts';
import { openingProblem } from './file-problems.ts';

export interface FileLock {
  release(): void;
}

export function lockFile(file: string): FileLock {
  const side = `${file}.lock`;
  let connection: Database.Database | undefined;
  try {
    connection = new Database(side);
    connection.pragma('busy_timeout = 0');
    // Nothing is ever written to the side file, so there is nothing to roll back.
    connection.pragma('journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      const what = `Another coordinator is writing the journal ${file}; stop it, or give this one another data folder.`;
      throw new JournalError('in-use', what);
    }
    throw openingProblem(side, error);
  }
  const held = connection;
  return { release: () => void held.close() };
}
