/** The thread that answers from the record. */
import { stepBack } from '../threads/background.ts';
import { serveThread } from '../threads/thread-port.ts';
import { AnsweringService } from './history-service.ts';

stepBack();
serveThread(new AnsweringService());
