/** The checkpoints' thread. */

import { serveThread } from '../../threads/thread-port.ts';
import { CheckpointService } from './writer-service.ts';

serveThread(new CheckpointService());
