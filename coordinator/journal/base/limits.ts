/** The journal's limits, each with its reason. */
export interface JournalLimits {
  /** Rows in one commit: enough to write pages that many rows change only once, few enough that a commit takes about 40 ms. */
  readonly batchEventsMax: number;
  /** Characters of text in one commit: bounds the memory that crosses threads. */
  readonly batchCharactersMax: number;
  /** Queued events above which `accepting` is false. Callers that accept reports or changes should then wait. */
  readonly queuedEventsHigh: number;
  /**
   * Queued events at which `append` throws, which bounds memory even when callers do not wait. Twice the first decisions of
   * 5,000 nodes x 100 DaemonSets.
   */
  readonly queuedEventsMax: number;
  /** Interval between attempts to write while the disk is full: short enough to resume quickly, long enough to cost nothing. */
  readonly stallRetryMs: number;
  /**
   * Pages that are only in the WAL before a checkpoint copies them into the file. 1 MiB, because a commit waits while the disk writes
   * them.
   */
  readonly checkpointPagesMin: number;
  /** Pages in the WAL before it restarts from its beginning. 128 MiB, so that this is rare, because it briefly delays the writer. */
  readonly walPagesMax: number;
  /** Rows in one answer to a query: about 10 ms of reading. One more than a page, to detect whether another page follows. */
  readonly queryEventsMax: number;
  /** Rows that one answer examines for filters that no index supports: about 10 ms. */
  readonly lookUpRowsMax: number;
  /** DaemonSets that one query examines. Each takes one index lookup of some microseconds. */
  readonly queryDaemonSetsMax: number;
  /** Removed DaemonSets that a starting coordinator still distinguishes from unknown ones. */
  readonly removedDaemonSetsMax: number;
  /** Links of the hash chain that every start checks: about 20 ms. */
  readonly startLinksMax: number;
  /** Rows per step of a check or digest: about 50 ms. Progress is reported after each step. */
  readonly verifyRowsMax: number;
  /** Threads that check the chain in parallel. More than two leave too little CPU of a small machine for serving clients. */
  readonly verifyThreads: number;
  /** Rows by which one step of pruning advances the horizon: about 5 ms, for which a commit may wait. */
  readonly pruneRowsMax: number;
  /** Rows that are never pruned, so that a client that was disconnected for a moment can continue where it stopped. */
  readonly retainedRowsMin: number;
}

/**
 * The smallest size to which a journal can be limited. An empty journal has 148 KiB, and `retainedRowsMin` of the shortest rows, which
 * are never pruned, have about 750 KiB; this is the next round size.
 */
export const RETAIN_BYTES_MIN = { bytes: 1024 * 1024, text: '1MiB' } as const;

export const JOURNAL_LIMITS: JournalLimits = {
  batchEventsMax: 2_000,
  batchCharactersMax: 4 * 1024 * 1024,
  queuedEventsHigh: 100_000,
  queuedEventsMax: 1_000_000,
  stallRetryMs: 1_000,
  checkpointPagesMin: 250,
  walPagesMax: 32_000,
  queryEventsMax: 1_001,
  lookUpRowsMax: 4_000,
  queryDaemonSetsMax: 20_000,
  removedDaemonSetsMax: 1_000,
  startLinksMax: 4_000,
  verifyRowsMax: 10_000,
  verifyThreads: 2,
  pruneRowsMax: 500,
  retainedRowsMin: 10_000,
};
