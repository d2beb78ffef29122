/** Where the parts of a coordinator run that would hold up its event loop. */
import { type JournalThreads, sameThread, workerThreads } from './journal/threads.ts';
import { type AnsweringOptions, answeringHere, answeringThread } from './history/history-queries.ts';

export interface CoordinatorThreads extends JournalThreads {
  readonly startAnswering: AnsweringOptions['start'];
}

/** Each in a thread of its own. Needs the built files. */
export const separateThreads: CoordinatorThreads = { ...workerThreads, startAnswering: answeringThread };

/** Everything on the caller's thread: for tests that run from the sources, never for serving. */
export const oneThread: CoordinatorThreads = { ...sameThread, startAnswering: answeringHere };
