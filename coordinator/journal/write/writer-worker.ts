/** Entry point of the writer's thread. */
import { serveThread } from '../../threads/thread-port.ts';
import { JOURNAL_ERRORS } from '../base/journal-error.ts';
import { WriterService } from './writer-service.ts';

serveThread(new WriterService(), [JOURNAL_ERRORS]);
