/** The checkpoints' thread. */

import { serveThread } from '../../threads/thread-port.ts';
import { CheckpointService } from '../services.ts';

serveThread(new CheckpointService());
