/**
 * Opens the journal's SQLite file. Sets every option explicitly, so that defaults of SQLite or of the library have no effect.
 */
import { closeSync, openSync, unlinkSync } from 'node:fs';
import Database from 'better-sqlite3';
import { codeOf } from '../base/journal-error.ts';
import { isInputOutputError, openingProblem, writingProblem } from './file-problems.ts';

/** SQLite before this version can corrupt a WAL file when two connections write and checkpoint at the same time. */
const SQLITE_VERSION_MIN = [3, 51, 3];

/** For the writer and the checkpoint thread. Creates the file when it does not exist. */
export function openForWriting(file: string): Database.Database {
  const database = open(file, false);
  try {
    // Readers continue while the writer writes. One fsync per commit.
    database.pragma('journal_mode = WAL');
    // A commit is on disk when it returns. With the library's default for WAL, a power failure can lose the newest commits.
    database.pragma('synchronous = FULL');
    // A separate thread runs checkpoints, so that they do not delay commits (see checkpoints.ts).
    database.pragma('wal_autocheckpoint = 0');
    // In bytes. Truncates a WAL that grew during a long read; above the size that it reaches without one.
    database.pragma(`journal_size_limit = ${256 * 1024 * 1024}`);
    // In KiB. Keeps the ends of the indexes, which every row changes, in memory.
    database.pragma('cache_size = -65536');
    return database;
  } catch (error) {
    database.close();
    throw openingProblem(file, error);
  }
}

/** Opens a connection that cannot write. */
export function openForReading(file: string): Database.Database {
  const database = open(file, true);
  // In KiB. Holds the upper levels of all trees of a journal with ten million rows.
  database.pragma('cache_size = -32768');
  // Also prevents writes to attached files.
  database.pragma('query_only = ON');
  return database;
}

/** The number of pages in the WAL (`log`), and how many of them are also in the file (`checkpointed`). */
export function walProgress(database: Database.Database): { readonly log: number; readonly checkpointed: number } {
  // NOOP copies nothing.
  const [row] = database.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[];
  return row ?? { log: 0, checkpointed: 0 };
}

/** Copies pages from the WAL into the file, except those that a reader blocks. `settle` waits until the disk has stored them. */
export function checkpoint(database: Database.Database, settle: () => void = () => {}): void {
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
    settle();
  } catch (error) {
    // The disk is full. All rows are safe in the WAL, and a commit starts the next attempt.
    if (!canBeRetried(error, database.name)) throw writingProblem(database.name, error);
  }
}

/**
 * Whether a later attempt to write can succeed: the disk is full (also for the shared memory file of the WAL), the file is not
 * writable, or another connection holds a lock. The transaction was then rolled back completely. I/O errors cannot be retried,
 * because after a failed fsync it is unknown what is on disk. The exception is a file system that became read-only, where nothing was
 * written.
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

/** Probes the file system, because SQLite does not report why it could not write. */
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
  // Waits for a backup or a checkpoint of another connection instead of failing.
  database.pragma('busy_timeout = 5000');
  database.pragma('foreign_keys = ON');
  // Makes INSERT OR REPLACE fire delete triggers.
  database.pragma('recursive_triggers = ON');
  // Prevents side effects of functions that a manipulated schema calls.
  database.pragma('trusted_schema = OFF');
  // Reports a damaged page as an error instead of returning a wrong answer.
  database.pragma('cell_size_check = ON');
  // Reads through the page cache, because an I/O error of a mapped file would kill the process.
  database.pragma('mmap_size = 0');
  return database;
}

function assertVersion(database: Database.Database): void {
  const version = database.prepare('SELECT sqlite_version()').pluck().get() as string;
  const parts = version.split('.').map(Number);
  for (const [index, required] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[index] ?? 0;
    if (part > required) return;
    if (part < required) {
      throw new Error(`SQLite ${version} can corrupt the journal; use ${SQLITE_VERSION_MIN.join('.')} or newer`);
    }
  }
}
