/** The reader's thread. */

import { lowerThreadPriority } from '../../threads/background.ts';
import { serveThread } from '../../threads/thread-port.ts';
import { ReaderService } from '../write/writer-service.ts';

lowerThreadPriority();
serveThread(new ReaderService());
