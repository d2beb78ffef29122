/** What can be wrong with a journal's file, each as one sentence for people that says what to do. */
import { codeOf, JournalError, messageOf } from '../journal-error.ts';

/** A problem of opening as one sentence for people; what is a bug stays what it is. */
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
    `${file} is not a Rollcall journal; name another file, or move this one away.`,
  );
}

export function unwritable(file: string, why: string): JournalError {
  return new JournalError(
    'unwritable',
    `The journal ${file} cannot be written (${why}); make its folder writable, or name another.`,
  );
}

export function damaged(file: string, why: string): JournalError {
  return new JournalError(
    'damaged',
    `The journal ${file} is damaged (${why}); keep the file, and start with a restored backup or another file.`,
  );
}

/** Rows that were on disk are not there any more. */
export function rowsMissing(file: string, revision: number, knownRevision: number, headFile: string): JournalError {
  return new JournalError(
    'damaged',
    `The journal ${file} ends at revision ${revision}, but revision ${knownRevision} was on disk before; put back what ` +
      `is missing (${file}-wal, or a newer backup), or remove ${headFile} to go on without it.`,
  );
}

/** A problem of writing that no later attempt can mend. */
export function writingProblem(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code.startsWith('SQLITE_CORRUPT')) return damaged(file, messageOf(error));
  if (!isInputOutputError(code)) return error;
  return new JournalError(
    'disk-failed',
    `The disk failed while the journal ${file} was written (${messageOf(error)}); see to the disk, then start again: ` +
      'everything that was acknowledged is on it.',
  );
}

/** Why nothing can be written for now; of an I/O error it is known then that the file system is read-only. */
export function whyStalled(error: unknown): string {
  return isInputOutputError(codeOf(error)) ? 'the file system can only be read' : messageOf(error);
}

/** From SQLite, or from the system itself. */
export function isInputOutputError(code: string): boolean {
  return code.startsWith('SQLITE_IOERR') || code === 'EIO' || code === 'EROFS';
}
