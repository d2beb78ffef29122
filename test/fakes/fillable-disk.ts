/** A disk that a test can fill: while it is full, the journal writer stalls. */
import type { JournalThreads } from '../../coordinator/journal/journal-threads.ts';

/** Journal threads whose writer stalls while `disk` is full. */
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
