/** Opens journals in temporary folders. They are closed and removed when the test ends. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalOptions } from '../../coordinator/journal/journal.ts';
import { Journal } from '../../coordinator/journal/journal.ts';
import { sameThread } from '../../coordinator/journal/journal-threads.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

/** Timeout of a test that creates a journal for each of a hundred examples. Each waits for the disk about ten times. */
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
