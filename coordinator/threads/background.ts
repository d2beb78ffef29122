/** Threads that wait for the event loop, and not the event loop for them, where there are fewer processors than both want. */
import { setPriority } from 'node:os';
import { platform } from 'node:process';

/** About a tenth of a processor that the event loop wants too. */
const BACKGROUND_NICENESS = 10;

/**
 * Of the calling thread, for good. Linux keeps the niceness of every thread apart (setpriority(2)); elsewhere it would be that of the
 * whole process, so nothing is done there.
 */
export function lowerThreadPriority(): void {
  if (platform !== 'linux') return;
  try {
    setPriority(0, BACKGROUND_NICENESS);
  } catch {
    // A sandbox may refuse it; the thread answers all the same.
  }
}
