/** Lowers the priority of a thread, so that the event loop runs first where processors are scarce. */
import { setPriority } from 'node:os';
import { platform } from 'node:process';

/** Such a thread gets about a tenth of a processor that the event loop also needs. */
const BACKGROUND_NICENESS = 10;

/**
 * Lowers the priority of the calling thread for the rest of its life. Only on Linux, where each thread has a niceness of its own
 * (setpriority(2)); elsewhere the niceness is that of the whole process.
 */
export function lowerThreadPriority(): void {
  if (platform !== 'linux') return;
  try {
    setPriority(0, BACKGROUND_NICENESS);
  } catch {
    // A sandbox may forbid it; the thread works at normal priority.
  }
}
