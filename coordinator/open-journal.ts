/** Opens the journal in the data folder, and closes it, with errors that tell the user what to change. */
import { join } from 'node:path';
import type { Clock } from '../shared/clock.ts';
import { RollcallError } from '../shared/errors.ts';
import type { Logger } from '../shared/logging.ts';
import { JournalError } from './journal/base/journal-error.ts';
import { Journal } from './journal/journal.ts';
import type { JournalThreads } from './journal/journal-threads.ts';
import { removeAbandonedCopies } from './journal/maintenance/backup-copy.ts';
import type { Leadership } from './leadership/leadership.ts';
import { JOURNAL_RETRY_MS } from './limits.ts';

/** Name of the journal's file in the data folder. */
const JOURNAL_FILE = 'rollcall.db';

export interface OpenJournalOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFatal: (error: Error) => void;
  readonly threads: JournalThreads;
}

/**
 * Opens the journal. A new leader waits until the previous leader has closed the file, which the lock on the file shows.
 * @throws RollcallError JOURNAL_UNUSABLE if the file cannot be used; NOT_LEADER if leadership is lost while waiting
 */
export async function openJournal(
  options: OpenJournalOptions,
  leadership: Pick<Leadership, 'isLeading'> | null,
): Promise<Journal> {
  const { clock, log } = options;
  for (;;) {
    try {
      return await openOnce(options);
    } catch (error) {
      const isInUse = error instanceof RollcallError && error.metadata['problem'] === 'in-use';
      if (leadership === null || !isInUse) throw error;
      if (!leadership.isLeading) {
        throw new RollcallError('NOT_LEADER', `lost leadership while waiting for the journal: ${error.message}`);
      }
      log.warn('the previous leader still has the journal open; waiting for it to stop');
      await new Promise<void>((resolve) => clock.after(JOURNAL_RETRY_MS, resolve));
    }
  }
}

/** Writes what is queued and closes the file. @throws RollcallError JOURNAL_STALLED if events could not be written */
export async function closeJournal(journal: Journal): Promise<void> {
  try {
    await journal.close();
  } catch (error) {
    throw error instanceof JournalError ? new RollcallError('JOURNAL_STALLED', error.message) : error;
  }
}

async function openOnce({ dataFolder, clock, onFatal, threads }: OpenJournalOptions): Promise<Journal> {
  const file = join(dataFolder, JOURNAL_FILE);
  try {
    const journal = await Journal.open({ file, clock, onFatal, threads });
    removeAbandonedCopies(file);
    return journal;
  } catch (error) {
    if (error instanceof JournalError) {
      throw new RollcallError('JOURNAL_UNUSABLE', error.message, { metadata: { problem: error.reason } });
    }
    // A file that passed the checks on opening and that SQLite or the JSON parser cannot read was changed from outside.
    const isDamage = error instanceof SyntaxError || (error instanceof Error && error.name === 'SqliteError');
    if (!isDamage) throw error;
    throw new RollcallError(
      'JOURNAL_UNUSABLE',
      `${file} is damaged (${error.message}); restore a backup, or name another folder with --data`,
    );
  }
}
