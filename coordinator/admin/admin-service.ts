/** The admin service: what operates the coordinator. */

import { findDaemonSet, isNamed } from '../../shared/answers/names.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { AdminServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AdminService.ts';
import type { DrainSessionsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/DrainSessionsRequest.ts';
import type { DrainSessionsResponse } from '../../shared/rpc/generated/rollcall/v1/DrainSessionsResponse.ts';
import type { ReevaluateRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ReevaluateRequest.ts';
import type { ReevaluateResponse } from '../../shared/rpc/generated/rollcall/v1/ReevaluateResponse.ts';
import { durationFromWire } from '../../shared/rpc/wire-time.ts';
import { actorOf } from '../identity/caller.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { type Asked, unary } from '../server/handlers.ts';

/** A longer window would leave nodes without a coordinator for no reason. */
const DRAIN_WINDOW_MAX_MS = 3_600_000;

export function adminService(context: CoordinatorContext): AdminServiceHandlers {
  return {
    DrainSessions: unary(context, drainSessions),
    Reevaluate: unary(context, reevaluate),
  };
}

function drainSessions(
  { window }: DrainSessionsRequest__Output,
  { sessions }: CoordinatorContext,
): DrainSessionsResponse {
  const windowMs = durationFromWire(window);
  if (windowMs < 0 || windowMs > DRAIN_WINDOW_MAX_MS) {
    throw new RollcallError(
      'ARGUMENT_INVALID',
      `window is ${windowMs / 1000}s; use 0s to ${DRAIN_WINDOW_MAX_MS / 1000}s`,
    );
  }
  return { sessionCount: sessions.drain(windowMs, 'an operator asked agents to reconnect') };
}

function reevaluate(
  { daemonSet }: ReevaluateRequest__Output,
  context: CoordinatorContext,
  { caller }: Asked,
): ReevaluateResponse {
  const { evaluator, counters, journal } = context;
  const key = isNamed(daemonSet) ? findDaemonSet(daemonSet, evaluator.daemonSets.keys()) : undefined;
  const before = counters.pairsEvaluated;
  const changedCount = evaluator.reevaluate(actorOf(caller), key);
  return {
    evaluatedCount: counters.pairsEvaluated - before,
    changedCount,
    revision: String(journal.nextRevision - 1),
  };
}
