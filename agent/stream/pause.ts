/** How long to stay away after a stream has ended, by what ended it. */
import type { Backoff, BackoffDelays } from '../../shared/backoff.ts';
import { ERROR_KINDS, type RollcallError } from '../../shared/errors.ts';
import type { AgentStreamEnd } from './agent-stream.ts';
import { DEFAULT_STREAM_SETTINGS } from './stream-settings.ts';

/** A coordinator that was only restarted has its agents back at once; one that stays away is left in peace. */
export const RECONNECT_DELAYS: BackoffDelays = {
  firstMs: 250,
  secondMs: 1_000,
  maxMs: DEFAULT_STREAM_SETTINGS.maxReconnectDelayMs,
  randomPart: 1,
  healthyAfterMs: 60_000,
};

/** Nothing but an operator can mend a refusal for good; asking often would only fill logs. */
const REFUSED_DELAY_MS = 5 * 60_000;

/** However long the coordinator asks us to stay away, an hour is enough for every restart. */
const ASKED_DELAY_MAX_MS = 60 * 60_000;

/** How much is added at random to a delay that the coordinator names, as a part of it. */
const ASKED_JITTER = 0.2;

export function pauseMs({ error, drain, settings }: AgentStreamEnd, backoff: Backoff, random: () => number): number {
  if (drain !== null) return Math.min(drain.delayMs + random() * drain.jitterMs, ASKED_DELAY_MAX_MS);
  // The other agent needs time to be stopped, and two that take turns quickly would flood the journal.
  if (error?.reason === 'SUPERSEDED') return settings.leaseMs * (1 + random());
  if (error?.retryAfterMs !== undefined) {
    return Math.min(error.retryAfterMs * (1 + ASKED_JITTER * random()), ASKED_DELAY_MAX_MS);
  }
  if (error !== null && isRefusal(error)) return REFUSED_DELAY_MS * (0.5 + 0.5 * random());
  return backoff.nextDelayMs(settings.maxReconnectDelayMs);
}

/** The same again would be refused again. A bug of the coordinator's may be gone with its next version. */
export function isRefusal({ reason }: RollcallError): boolean {
  return reason === 'PROTOCOL_UNSUPPORTED' || (!ERROR_KINDS[reason].retryable && reason !== 'INTERNAL');
}
