/** Computes the delay before reconnecting, from the reason for which the stream ended. */
import type { Backoff, BackoffDelays } from '../../shared/backoff.ts';
import { ERROR_KINDS, type RollcallError } from '../../shared/errors.ts';
import type { AgentStreamEnd } from './agent-stream.ts';
import { DEFAULT_STREAM_SETTINGS } from './stream-settings.ts';

/** After a short restart of the coordinator, agents return quickly. During a longer outage they retry less often. */
export const RECONNECT_DELAYS: BackoffDelays = {
  firstMs: 250,
  secondMs: 1_000,
  maxMs: DEFAULT_STREAM_SETTINGS.maxReconnectDelayMs,
  randomPart: 1,
  healthyAfterMs: 60_000,
};

/** Only an operator can resolve a refusal, so frequent retries would only fill the logs. */
const REFUSED_DELAY_MS = 5 * 60_000;

/** Upper limit of delays that the coordinator requests. */
const REQUESTED_DELAY_MAX_MS = 60 * 60_000;

/** Random fraction that is added to a delay that the coordinator requests. */
const REQUESTED_JITTER = 0.2;

export function pauseMs({ error, drain, settings }: AgentStreamEnd, backoff: Backoff, random: () => number): number {
  if (drain !== null) return Math.min(drain.delayMs + random() * drain.jitterMs, REQUESTED_DELAY_MAX_MS);
  // The operator needs time to stop the other agent, and two alternating agents would fill the journal.
  if (error?.reason === 'SUPERSEDED') return settings.leaseMs * (1 + random());
  if (error?.retryAfterMs !== undefined) {
    return Math.min(error.retryAfterMs * (1 + REQUESTED_JITTER * random()), REQUESTED_DELAY_MAX_MS);
  }
  if (error !== null && isRefusal(error)) return REFUSED_DELAY_MS * (0.5 + 0.5 * random());
  return backoff.nextDelayMs(settings.maxReconnectDelayMs);
}

/** Whether a retry would be refused again. An internal error may be fixed in the next version of the coordinator. */
export function isRefusal({ reason }: RollcallError): boolean {
  return reason === 'PROTOCOL_UNSUPPORTED' || (!ERROR_KINDS[reason].retryable && reason !== 'INTERNAL');
}
