/** The reader's thread. */
import { ReaderService } from './services.ts';
import { serveThread } from './thread-port.ts';

serveThread(new ReaderService());
