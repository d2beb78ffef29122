/** What a journal is opened with, and what it says of itself. */
import type { Clock } from '../../shared/clock.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { JournalThreads } from './journal-threads.ts';
import type { JournalLimits } from './limits.ts';

export interface JournalOptions {
  /** Path of the SQLite file; it and its folder are made where they are not there. */
  readonly file: string;
  readonly clock: Clock;
  /** Called once, when nobody can know any more what is on disk: the process should end. */
  readonly onFatal: (error: Error) => void;
  readonly limits?: Partial<JournalLimits>;
  readonly threads?: JournalThreads;
}

export interface JournalStatus {
  readonly bytes: number;
  readonly walBytes: number;
  /** Appended and not yet on disk. */
  readonly queuedEvents: number;
  /** Since the journal was opened, as are `rows`. */
  readonly commits: number;
  readonly rows: number;
  /** From the first append of a batch until it is on disk; of the newest 1,000 commits. */
  readonly commitP99Ms: number;
  /** `stalled`: there is no room, or no right, to write; it goes on by itself once there is. */
  readonly state: 'writing' | 'stalled' | 'failed' | 'closed';
  /** Why it is stalled or failed; `''` otherwise. */
  readonly problem: string;
}

/** Called after a commit with its newest revision, its events, and how long it took from the first append on. */
export type DurableListener = (revision: number, events: readonly JournalEvent[], commitMs: number) => void;
