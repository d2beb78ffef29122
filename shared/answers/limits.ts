/** Every bound of an answer, each with its reason. */

/** Number of rows in a page if the request does not set one, and maximum. */
export const PAGE_SIZE = { usual: 50, max: 1_000 } as const;

const MIB = 1024 * 1024;

/** What-ifs are typed by people or made by scripts for some nodes each; one selector serves for many nodes. */
export const NODE_CHANGES_MAX = 1_000;

/** A label has at most 380 characters, a selector a few of them, or the names of some dozens of nodes. */
export const WHAT_IF_LENGTH_MAX = 4_096;

/** How much a plan tells of its changes: writing a megabyte of them takes about a tenth of a second. */
export const CHANGES_BYTES = {
  /** Every reason and edit, until the changes fill this much. */
  explainedMax: 1 * MIB,
  /** Then only what stands in the way, until this. */
  reasonedMax: 4 * MIB,
  /** Then the verdicts alone, until this; the rest of a message is for counts and warnings. */
  max: 12 * MIB,
} as const;
