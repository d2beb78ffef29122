/** The threads of a coordinator: work that would block its event loop. */
import type { HistoryPort } from './history/history-queries.ts';
import { HISTORY_ERRORS, HISTORY_METHODS, HistoryService } from './history/history-service.ts';
import { type JournalThreads, sameThread, workerThreads } from './journal/journal-threads.ts';
import { QUERY_RPCS } from './server/query-rpcs.ts';
import { builtModule } from './threads/built-module.ts';
import { localPort, threadPort } from './threads/thread-port.ts';

export interface CoordinatorThreads extends JournalThreads {
  readonly startHistoryThread: () => HistoryPort;
}

/** Needs the built files. */
export function startHistoryThread(): HistoryPort {
  return threadPort<HistoryService>(builtModule('history-worker', import.meta.url), HISTORY_METHODS, HISTORY_ERRORS);
}

/** Answers on the calling thread: for tests that run from the sources, never for serving. */
export function startHistoryInProcess(): HistoryPort {
  return localPort<HistoryService>(new HistoryService(QUERY_RPCS), HISTORY_METHODS, HISTORY_ERRORS);
}

/** Each component in a thread of its own. Needs the built files. */
export const separateThreads: CoordinatorThreads = { ...workerThreads, startHistoryThread };

/** Everything on the calling thread: for tests that run from the sources, never for serving. */
export const oneThread: CoordinatorThreads = { ...sameThread, startHistoryThread: startHistoryInProcess };
