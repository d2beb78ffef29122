/**
 * Allows one coordinator per journal. The lock is SQLite's own lock on a side file, which the system releases when the process ends in
 * any way. The side file itself stays and has no meaning.
 */
import Database from 'better-sqlite3';
import { codeOf, JournalError } from '../base/journal-error.ts';
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
      const what = `another coordinator is writing the journal ${file}; stop it, or use another data folder for this one`;
      throw new JournalError('in-use', what);
    }
    throw openingProblem(side, error);
  }
  const held = connection;
  return { release: () => void held.close() };
}
