/** The thread that answers from the record. */
import { lowerThreadPriority } from '../threads/background.ts';
import { serveThread } from '../threads/thread-port.ts';
import { HistoryService } from './history-service.ts';

lowerThreadPriority();
serveThread(new HistoryService());
