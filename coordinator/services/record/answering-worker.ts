/** The thread that answers from the record. */
import { serveThread } from '../../threads/thread-port.ts';
import { AnsweringService } from './answering-service.ts';

serveThread(new AnsweringService());
