/** The history thread: answers queries about the past. */
import { HISTORY_ERRORS, HistoryService } from './history/history-service.ts';
import { QUERY_RPCS } from './server/query-rpcs.ts';
import { serveThread } from './threads/thread-port.ts';
import { lowerThreadPriority } from './threads/thread-priority.ts';

lowerThreadPriority();
serveThread(new HistoryService(QUERY_RPCS), HISTORY_ERRORS);
