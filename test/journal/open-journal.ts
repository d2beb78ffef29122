/** Journals in folders of their own, closed and removed when the test ends. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalOptions } from '../../coordinator/journal/journal.ts';
import { Journal } from '../../coordinator/journal/journal.ts';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

/** How long a test may take that makes a journal for each of a hundred examples: each waits for the disk some ten times. */
export const MANY_FILES_MS = 120_000;

export function temporaryFile(): string {
  return join(temporaryFolder(), 'journal.db');
}

export async function openJournal(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await Journal.open({
    file: options.file ?? temporaryFile(),
    clock: new FakeClock(),
    threads: sameThread,
    onFatal: (error) => {
      throw error;
    },
    ...options,
  });
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}
