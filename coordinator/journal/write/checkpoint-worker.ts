/** Entry point of the checkpoint thread. */
import { serveThread } from '../../threads/thread-port.ts';
import { JOURNAL_ERRORS } from '../base/journal-error.ts';
import { CheckpointService } from './checkpoint-service.ts';

serveThread(new CheckpointService(), [JOURNAL_ERRORS]);
