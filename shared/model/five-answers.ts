/** The five answers about one DaemonSet on one node (docs/placement.md). No answer changes another. */
import type { Answer, FitReason } from './fit-result.ts';

export interface Answers {
  /** The DaemonSet selects the node: nodeName, nodeSelector and required node affinity match. */
  readonly selected: Answer;
  /** The verdict is `run`: the node should run a daemon pod. */
  readonly desired: Answer;
  /** The daemon pod has room there beside all other pods. */
  readonly fits: Answer;
  /** A daemon pod exists there, in any phase. */
  readonly current: Answer;
  /** The daemon pod there is ready; of several pods, the oldest. */
  readonly ready: Answer;
  /** Why it does not fit, or what is not known. */
  readonly fitReasons: readonly FitReason[];
}
