/** The verdict in force for one DaemonSet on one node. */
import type { Verdict } from '../placement/types.ts';

export interface EffectiveVerdict {
  readonly verdict: Verdict;
  /** The revision at which the verdict came into force. */
  readonly effectiveRevision: number;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
}
