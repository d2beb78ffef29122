/** Evaluates the placements of one DaemonSet, or of all, again. */
import { findDaemonSet, isNamed } from '../../shared/answers/names.ts';
import type { ReevaluateRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ReevaluateRequest.ts';
import type { ReevaluateResponse } from '../../shared/rpc/generated/rollcall/v1/ReevaluateResponse.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { Evaluator } from '../evaluation/evaluator.ts';
import { actorOf, type Caller } from '../identity/caller.ts';

export interface ReevaluationDependencies {
  readonly evaluation: Pick<Evaluator, 'reevaluate'> & { readonly daemonSets: Pick<Evaluator['daemonSets'], 'keys'> };
  readonly counters: Pick<Counters, 'pairsEvaluated'>;
  readonly journal: { readonly nextRevision: number };
}

export function reevaluate(
  { daemonSet }: ReevaluateRequest__Output,
  { evaluation, counters, journal }: ReevaluationDependencies,
  caller: Caller,
): ReevaluateResponse {
  const key = isNamed(daemonSet) ? findDaemonSet(daemonSet, evaluation.daemonSets.keys()) : undefined;
  const before = counters.pairsEvaluated;
  const changedCount = evaluation.reevaluate(actorOf(caller), key);
  return {
    evaluatedCount: counters.pairsEvaluated - before,
    changedCount,
    revision: String(journal.nextRevision - 1),
  };
}
