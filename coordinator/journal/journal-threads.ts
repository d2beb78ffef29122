/** Where a journal's writer, readers and checkpoints run. */

import { builtModule } from '../threads/built-module.ts';
import type { Port } from '../threads/thread-port.ts';
import { localPort, threadPort } from '../threads/thread-port.ts';
import {
  CHECKPOINT_METHODS,
  CheckpointService,
  READER_METHODS,
  ReaderService,
  WRITER_METHODS,
  WriterService,
} from './write/writer-service.ts';

export interface JournalThreads {
  startWriter(): Port<WriterService>;
  startReader(): Port<ReaderService>;
  startCheckpoints(): Port<CheckpointService>;
}

/**
 * One thread for the writer, one per reader and one for checkpoints, so that the event loop waits for no disk. Needs the
 * built files: Node cannot start a thread from a TypeScript source.
 */
export const workerThreads: JournalThreads = {
  startWriter: () => threadPort<WriterService>(builtModule('write/writer-worker', import.meta.url), WRITER_METHODS),
  startReader: () => threadPort<ReaderService>(builtModule('read/reader-worker', import.meta.url), READER_METHODS),
  startCheckpoints: () =>
    threadPort<CheckpointService>(builtModule('write/checkpoint-worker', import.meta.url), CHECKPOINT_METHODS),
};

/** Everything on the caller's thread: for tests that run from the sources, never for serving. */
export const sameThread: JournalThreads = {
  startWriter: () => localPort<WriterService>(new WriterService(), WRITER_METHODS),
  startReader: () => localPort<ReaderService>(new ReaderService(), READER_METHODS),
  startCheckpoints: () => localPort<CheckpointService>(new CheckpointService(), CHECKPOINT_METHODS),
};
