/** The journal's limits, each with its reason. */
export interface JournalLimits {
  /** Rows in one commit: enough that pages which many rows change are written once, few enough that a commit takes some 40 ms. */
  readonly batchEventsMax: number;
  /** Text in one commit: bounds the memory that crosses threads, whatever the events hold. */
  readonly batchCharactersMax: number;
  /** Above it `accepting` is false, and whoever takes in reports or changes should wait. */
  readonly queuedEventsHigh: number;
  /** At it `append` throws: memory is bounded even if nobody waits. Holds one first decision of 5,000 nodes x 100 DaemonSets, twice. */
  readonly queuedEventsMax: number;
  /** Between attempts to write while there is no room: soon enough to be noticed, seldom enough to cost nothing. */
  readonly stallRetryMs: number;
  /**
   * Pages in the WAL that are not in the file yet before a checkpoint copies them: 1 MiB, since a commit
   * waits for a disk that is busy with them.
   */
  readonly checkpointPagesMin: number;
  /** Pages in the WAL before it is started afresh, which holds the writer up a little: 128 MiB, so that this is rare. */
  readonly walPagesMax: number;
  /** Rows in one answer to a query: about 10 ms of reading; one more than a page, to tell whether another follows. */
  readonly queryEventsMax: number;
  /** Rows of which one answer looks up what no index knows: about 10 ms. */
  readonly lookUpRowsMax: number;
  /** DaemonSets that one query looks at, each with a look into an index of some microseconds. */
  readonly queryDaemonSetsMax: number;
  /** Removed DaemonSets that a starting coordinator still tells apart from unknown ones. */
  readonly removedDaemonSetsMax: number;
  /** Links of the chain that are checked at every start: about 20 ms. */
  readonly startLinksMax: number;
  /** Rows of one step of checking or digesting: some 50 ms, after which progress is told. */
  readonly verifyRowsMax: number;
  /** Threads that check the chain side by side: more than two leave too little of a small machine to whoever is served. */
  readonly verifyThreads: number;
  /** Rows by which one step of pruning moves the horizon on: about 5 ms, which a commit may have to wait. */
  readonly pruneRowsMax: number;
  /** Rows that always stay, so that whoever was away for a moment can go on from where it was. */
  readonly retainedRowsMin: number;
}

/**
 * No size that a journal is to be kept within is smaller: an empty one holds 148 KiB, and `retainedRowsMin` of the shortest rows,
 * which always stay, some 750 KiB more; this is the next whole size.
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
