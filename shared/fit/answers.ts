/**
 * The five answers about one DaemonSet on one node, each kept apart from the others (docs/placement.md):
 * that a pod does not fit, or does not run, never changes whether it is wanted.
 */
import type { PodHealth } from '../model/pod-health.ts';
import type { Answer, FitReason, FitResult } from './fit-result.ts';

export interface Answers {
  /** The DaemonSet selects the node: nodeName, nodeSelector and required node affinity match. */
  readonly wanted: Answer;
  /** No taint of the node keeps the daemon pod from starting there. */
  readonly allowed: Answer;
  /** The daemon pod has room there beside all other pods. */
  readonly fits: Answer;
  /** A daemon pod runs there. */
  readonly running: Answer;
  /** A daemon pod is ready there. */
  readonly healthy: Answer;
  /** Why it does not fit, or what is not known. */
  readonly fitReasons: readonly FitReason[];
}

export interface AnswersInput {
  readonly placement: { readonly wanted: boolean; readonly allowed: boolean };
  readonly fit: FitResult;
  /** Daemon pods of the DaemonSet on the node; `null` where nobody can say. */
  readonly pods: readonly PodHealth[] | null;
}

export function answersOf({ placement: { wanted, allowed }, fit: { fits, reasons }, pods }: AnswersInput): Answers {
  return {
    wanted: yesOrNo(wanted),
    allowed: yesOrNo(allowed),
    fits,
    running: pods === null ? 'unknown' : yesOrNo(pods.some(isRunning)),
    healthy: pods === null ? 'unknown' : yesOrNo(pods.some(isHealthy)),
    fitReasons: reasons,
  };
}

/** A pod that is being deleted stands for nothing any more. */
export function isRunning({ terminating, phase }: PodHealth): boolean {
  return !terminating && phase === 'Running';
}

export function isHealthy({ terminating, ready }: PodHealth): boolean {
  return !terminating && ready;
}

function yesOrNo(is: boolean): Answer {
  return is ? 'yes' : 'no';
}
