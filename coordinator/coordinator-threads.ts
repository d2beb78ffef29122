/** Where the parts of a coordinator run that would hold up its event loop. */

import { type HistoryOptions, historyInProcess, historyThread } from './history/history-queries.ts';
import { type JournalThreads, sameThread, workerThreads } from './journal/journal-threads.ts';

export interface CoordinatorThreads extends JournalThreads {
  readonly startHistoryThread: HistoryOptions['start'];
}

/** Each in a thread of its own. Needs the built files. */
export const separateThreads: CoordinatorThreads = { ...workerThreads, startHistoryThread: historyThread };

/** Everything on the caller's thread: for tests that run from the sources, never for serving. */
export const oneThread: CoordinatorThreads = { ...sameThread, startHistoryThread: historyInProcess };
