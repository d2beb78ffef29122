/** The history thread: answers queries about the past. */
import { HistoryService } from './history/history-service.ts';
import { QUERY_RPCS } from './server/query-rpcs.ts';
import { lowerThreadPriority } from './threads/background.ts';
import { serveThread } from './threads/thread-port.ts';

lowerThreadPriority();
serveThread(new HistoryService(QUERY_RPCS));
