/** The reader's thread. */

import { stepBack } from '../../threads/background.ts';
import { serveThread } from '../../threads/thread-port.ts';
import { ReaderService } from '../services.ts';

stepBack();
serveThread(new ReaderService());
