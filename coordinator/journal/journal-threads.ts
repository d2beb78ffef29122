/** Starts the writer, the readers and the checkpoints of a journal, each in a thread of its own. */
import { builtModule } from '../threads/built-module.ts';
import { methodNames } from '../threads/method-names.ts';
import { localPort, type Port, threadPort } from '../threads/thread-port.ts';
import { JOURNAL_ERRORS } from './base/journal-error.ts';
import { createReaderService, READER_METHODS, type ReaderService } from './read/reader-service.ts';
import { CheckpointService } from './write/checkpoint-service.ts';
import { WriterService } from './write/writer-service.ts';

export interface JournalThreads {
  startWriter(): Port<WriterService>;
  startReader(): Port<ReaderService>;
  startCheckpoints(): Port<CheckpointService>;
}

const WRITER_METHODS = methodNames(WriterService);
const CHECKPOINT_METHODS = methodNames(CheckpointService);

/** Keeps waits for the disk off the event loop. Needs the built files: Node.js cannot start a thread from a TypeScript source. */
export const workerThreads: JournalThreads = {
  startWriter: () => threadPort(module('write/writer-worker'), WRITER_METHODS, [JOURNAL_ERRORS]),
  startReader: () => threadPort(module('read/reader-worker'), READER_METHODS, [JOURNAL_ERRORS]),
  startCheckpoints: () => threadPort(module('write/checkpoint-worker'), CHECKPOINT_METHODS, [JOURNAL_ERRORS]),
};

/** Runs everything on the calling thread, for tests that run from the sources. */
export const sameThread: JournalThreads = {
  startWriter: () => localPort(new WriterService(), WRITER_METHODS, [JOURNAL_ERRORS]),
  startReader: () => localPort(createReaderService(), READER_METHODS, [JOURNAL_ERRORS]),
  startCheckpoints: () => localPort(new CheckpointService(), CHECKPOINT_METHODS, [JOURNAL_ERRORS]),
};

function module(name: string): URL {
  return builtModule(name, import.meta.url);
}
