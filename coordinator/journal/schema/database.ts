/**
 * Opening the journal's SQLite file: every setting written out, none left to a default of the
 * library or of SQLite.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import Database from 'better-sqlite3';
import { codeOf } from '../base/journal-error.ts';
import { isInputOutputError, openingProblem, writingProblem } from './file-problems.ts';

/** SQLite before this version can corrupt a WAL file when two connections write and checkpoint at once. */
const SQLITE_VERSION_MIN = [3, 51, 3];

/** For the writer, and for the checkpoints beside it. Creates the file where there is none. */
export function openForWriting(file: string): Database.Database {
  const database = open(file, false);
  try {
    // Readers go on while the writer writes; one fsync per commit.
    database.pragma('journal_mode = WAL');
    // A commit is on disk when it returns. The library's default for WAL may lose the newest ones with the power.
    database.pragma('synchronous = FULL');
    // Never in the way of a commit: a thread of its own checkpoints (see checkpoints.ts).
    database.pragma('wal_autocheckpoint = 0');
    // In bytes: a WAL file that a long read made grow is cut back to this, which is above what it grows to without one.
    database.pragma(`journal_size_limit = ${256 * 1024 * 1024}`);
    // In KiB: the ends of the indexes, which every row touches, stay in memory.
    database.pragma('cache_size = -65536');
    return database;
  } catch (error) {
    database.close();
    throw openingProblem(file, error);
  }
}

/** A connection that cannot write, whatever it is asked. */
export function openForReading(file: string): Database.Database {
  const database = open(file, true);
  // In KiB: the upper levels of all trees of a journal of ten million rows.
  database.pragma('cache_size = -32768');
  // Second lock on the door: refuses writes even to attached files.
  database.pragma('query_only = ON');
  return database;
}

/** How many pages are in the WAL, and how many of them are in the file too. */
export function walProgress(database: Database.Database): { readonly log: number; readonly checkpointed: number } {
  // NOOP only looks.
  const [row] = database.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[];
  return row ?? { log: 0, checkpointed: 0 };
}

/** Copies from the WAL into the file what no reader is in the way of; `settle` sees to it that the disk has it. */
export function checkpoint(database: Database.Database, settle: () => void = () => {}): void {
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
    settle();
  } catch (error) {
    // No room: all is safe in the WAL, and the next commit asks again.
    if (!canBeRetried(error, database.name)) throw writingProblem(database.name, error);
  }
}

/**
 * No room (also for the shared memory file of the WAL), no right to write, or another connection in
 * the way: the transaction was rolled back as a whole, and a later attempt can succeed. An I/O error
 * is none of these, since after a failed fsync nobody knows what is on disk; but for that of a file
 * system which the system made read-only, and on which nothing happens any more.
 */
export function canBeRetried(error: unknown, file: string): boolean {
  const code = codeOf(error);
  return (
    code === 'SQLITE_FULL' ||
    code === 'SQLITE_IOERR_SHMSIZE' ||
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_BUSY') ||
    (isInputOutputError(code) && isReadOnly(file))
  );
}

/** SQLite does not tell why it could not write. */
function isReadOnly(file: string): boolean {
  const probe = `${file}.probe`;
  try {
    closeSync(openSync(probe, 'w'));
    unlinkSync(probe);
    return false;
  } catch (error) {
    return codeOf(error) === 'EROFS';
  }
}

function open(file: string, readonly: boolean): Database.Database {
  let database: Database.Database;
  try {
    database = new Database(file, { readonly, fileMustExist: readonly });
  } catch (error) {
    throw openingProblem(file, error);
  }
  assertVersion(database);
  // Wait for a backup or a checkpoint of another connection instead of failing.
  database.pragma('busy_timeout = 5000');
  database.pragma('foreign_keys = ON');
  // INSERT OR REPLACE fires delete triggers too.
  database.pragma('recursive_triggers = ON');
  // Functions that SQL in a manipulated schema calls cannot have side effects.
  database.pragma('trusted_schema = OFF');
  // A page on disk that is bent makes an error and not a wrong answer.
  database.pragma('cell_size_check = ON');
  // Read through the page cache: an I/O error of a mapped file would kill the process.
  database.pragma('mmap_size = 0');
  return database;
}

function assertVersion(database: Database.Database): void {
  const version = database.prepare('SELECT sqlite_version()').pluck().get() as string;
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return;
    if (part < wanted) {
      throw new Error(`SQLite ${version} can corrupt the journal; ${SQLITE_VERSION_MIN.join('.')} or newer is needed`);
    }
  }
}
