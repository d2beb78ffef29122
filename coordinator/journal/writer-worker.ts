/** The writer's thread. */
import { WriterService } from './services.ts';
import { serveThread } from './thread-port.ts';

serveThread(new WriterService());
