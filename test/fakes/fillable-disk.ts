/** A disk that a test fills and empties: while it is full, a journal's writer has no room. */
import type { JournalThreads } from '../../coordinator/journal/journal-threads.ts';

/** The threads, with a writer that writes to `disk`. */
export function writingTo<Threads extends JournalThreads>(
  disk: { readonly isFull: boolean },
  threads: Threads,
): Threads {
  const startWriter = () => {
    const port = threads.startWriter();
    const write: typeof port.write = (batch) =>
      disk.isFull ? Promise.resolve({ result: 'stalled', problem: 'database or disk is full' }) : port.write(batch);
    return { ...port, write };
  };
  return { ...threads, startWriter };
}
