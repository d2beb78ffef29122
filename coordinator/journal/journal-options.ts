/** The options and the status of a journal. */
import type { Clock } from '../../shared/clock.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { JournalLimits } from './base/limits.ts';
import type { JournalThreads } from './journal-threads.ts';

export interface JournalOptions {
  /** Path of the SQLite file. The file and its folder are created when they do not exist. */
  readonly file: string;
  readonly clock: Clock;
  /** Called once, when it is unknown what is on disk. The process should exit. */
  readonly onFatal: (error: Error) => void;
  readonly limits?: Partial<JournalLimits>;
  readonly threads?: JournalThreads;
}

export interface JournalStatus {
  readonly bytes: number;
  readonly walBytes: number;
  /** Events that are appended and not yet on disk. */
  readonly queuedEvents: number;
  /** Since the journal was opened; so is `rows`. */
  readonly commits: number;
  readonly rows: number;
  /** Time from the first append of a batch until it is on disk, over the newest 1,000 commits. */
  readonly commitP99Ms: number;
  /** `stalled`: the disk is full or not writable; writing resumes when it is possible. */
  readonly state: 'writing' | 'stalled' | 'failed' | 'closed';
  /** Why the journal is stalled or failed; `''` otherwise. */
  readonly problem: string;
}

/** Called after each commit with its newest revision, its events, and the time since the first append of the batch. */
export type DurableListener = (revision: number, events: readonly JournalEvent[], commitMs: number) => void;
