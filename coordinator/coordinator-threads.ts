/** Which parts of a coordinator run in threads of their own, because they would block its event loop. */

import { type HistoryOptions, historyInProcess, historyThread } from './history/history-queries.ts';
import { type JournalThreads, sameThread, workerThreads } from './journal/journal-threads.ts';

export interface CoordinatorThreads extends JournalThreads {
  readonly startHistoryThread: HistoryOptions['start'];
}

/** Separate threads; requires the built files. */
export const separateThreads: CoordinatorThreads = { ...workerThreads, startHistoryThread: historyThread };

/** Everything in the calling thread: for tests that run from the sources, never for production. */
export const oneThread: CoordinatorThreads = { ...sameThread, startHistoryThread: historyInProcess };
