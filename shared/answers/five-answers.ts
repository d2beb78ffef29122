/** The five answers about one DaemonSet on one node (docs/placement.md). No answer changes another. */
import type { Answer, FitReason, FitResult } from '../fit/fit-result.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Verdict } from '../placement/types.ts';
import { oldestPod } from '../verify/daemon-pods.ts';

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

export interface AnswersInput {
  readonly isSelected: boolean;
  readonly verdict: Verdict;
  readonly fit: FitResult;
  /** Daemon pods of the DaemonSet on the node, as the controller sees them; `null` where they are not known. */
  readonly pods: readonly PodHealth[] | null;
}

export function answersOf({ isSelected, verdict, fit: { fits, reasons }, pods }: AnswersInput): Answers {
  return {
    selected: yesOrNo(isSelected),
    desired: yesOrNo(verdict === 'run'),
    fits,
    current: pods === null ? 'unknown' : yesOrNo(pods.length > 0),
    ready: pods === null ? 'unknown' : yesOrNo(oldestPod(pods)?.ready === true),
    fitReasons: reasons,
  };
}

function yesOrNo(is: boolean): Answer {
  return is ? 'yes' : 'no';
}
