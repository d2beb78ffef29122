/** The writer's thread. */

import { serveThread } from '../../threads/thread-port.ts';
import { WriterService } from '../services.ts';

serveThread(new WriterService());
