/** The checkpoints' thread. */
import { CheckpointService } from './services.ts';
import { serveThread } from './thread-port.ts';

serveThread(new CheckpointService());
