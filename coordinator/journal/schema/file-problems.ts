/** Problems with a journal's file, each as one sentence that says what is wrong and what to do. */
import { codeOf, JournalError, messageOf } from '../base/journal-error.ts';

/** Translates an error from opening the file; returns unexpected errors unchanged. */
export function openingProblem(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'SQLITE_NOTADB') return notAJournal(file);
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, messageOf(error));
  if (code === 'SQLITE_FULL') return unwritable(file, 'the disk is full');
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_IOERR')) {
    return unwritable(file, messageOf(error));
  }
  const isDirectoryMissing = error instanceof TypeError && error.message.includes('directory does not exist');
  return isDirectoryMissing ? unwritable(file, 'the folder does not exist') : error;
}

export function notAJournal(file: string): JournalError {
  return new JournalError(
    'not-a-journal',
    `${file} is not a Rollcall journal; use another file, or move this one away`,
  );
}

export function unwritable(file: string, why: string): JournalError {
  return new JournalError(
    'unwritable',
    `the journal ${file} cannot be written (${why}); make its folder writable, or use another folder`,
  );
}

export function damaged(file: string, why: string): JournalError {
  return new JournalError(
    'damaged',
    `the journal ${file} is damaged (${why}); keep the file, and start with a restored backup or another file`,
  );
}

/** Rows that were on disk are missing. */
export function rowsMissing(file: string, revision: number, knownRevision: number, headFile: string): JournalError {
  return new JournalError(
    'damaged',
    `the journal ${file} ends at revision ${revision}, but revision ${knownRevision} was on disk before; restore what ` +
      `is missing (${file}-wal, or a newer backup), or remove ${headFile} to continue without it`,
  );
}

/** Translates an error from writing that no later attempt can fix. */
export function writingProblem(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, messageOf(error));
  if (!isInputOutputError(code)) return error;
  return new JournalError(
    'disk-failed',
    `the disk failed while the journal ${file} was written (${messageOf(error)}); repair the disk, then start again: ` +
      'everything that was acknowledged is on it',
  );
}

/** Why writing is stalled. An I/O error only stalls when the file system is read-only. */
export function whyStalled(error: unknown): string {
  return isInputOutputError(codeOf(error)) ? 'the file system is read-only' : messageOf(error);
}

/** Of SQLite or of the system. */
export function isInputOutputError(code: string): boolean {
  return code.startsWith('SQLITE_IOERR') || code === 'EIO' || code === 'EROFS';
}
