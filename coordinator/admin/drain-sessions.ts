/** Asks all agents to reconnect. */
import { RollcallError } from '../../shared/errors.ts';
import type { DrainSessionsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/DrainSessionsRequest.ts';
import type { DrainSessionsResponse } from '../../shared/rpc/generated/rollcall/v1/DrainSessionsResponse.ts';
import { durationFromWire } from '../../shared/rpc/wire-time.ts';
import type { AgentSessions } from '../agents/agent-sessions.ts';

/** A longer window would leave nodes without a coordinator for no reason. */
const DRAIN_WINDOW_MAX_MS = 3_600_000;

export interface DrainDependencies {
  readonly sessions: Pick<AgentSessions, 'drain'>;
}

export function drainSessions(
  { window }: DrainSessionsRequest__Output,
  { sessions }: DrainDependencies,
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
