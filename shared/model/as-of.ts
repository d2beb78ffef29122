/** The moment that an answer describes. */
export interface AsOf {
  /** Revision of the newest event that the answer is based on. */
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  /** When that event was recorded, in milliseconds since 1970; 0 in an answer about now. */
  readonly recordedMs: number;
  /** True if the answer was read from the journal, which does not contain everything that a running coordinator knows. */
  readonly isFromJournal: boolean;
}
