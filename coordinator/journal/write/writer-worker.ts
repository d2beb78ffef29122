/** The writer's thread. */

import { serveThread } from '../../threads/thread-port.ts';
import { WriterService } from './writer-service.ts';

serveThread(new WriterService());
