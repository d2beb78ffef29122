/** The reader's thread. */

import { serveThread } from '../threads/thread-port.ts';
import { ReaderService } from './services.ts';

serveThread(new ReaderService());
