/** Entry point of a reader's thread. */

import { serveThread } from '../../threads/thread-port.ts';
import { lowerThreadPriority } from '../../threads/thread-priority.ts';
import { JOURNAL_ERRORS } from '../base/journal-error.ts';
import { createReaderService } from './reader-service.ts';

lowerThreadPriority();
serveThread(createReaderService(), [JOURNAL_ERRORS]);
