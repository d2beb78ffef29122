/** Derives the five answers about one DaemonSet on one node (docs/placement.md). No answer changes another. */
import type { Answer, FitResult } from '../model/fit-result.ts';
import type { Answers } from '../model/five-answers.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Verdict } from '../placement/types.ts';
import { oldestPod } from '../verify/daemon-pods.ts';

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
