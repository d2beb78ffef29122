/** The terms that the coordinator sets for a stream, and what holds before it has set any. */

import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import type { Terms__Output } from '../../shared/rpc/generated/rollcall/v1/Terms.ts';
import { durationFromWire } from '../../shared/rpc/wire-time.ts';

export interface Terms {
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly reportIntervalMinMs: number;
  readonly reportBytesMax: number;
  /** Ceiling of the pause between attempts while nobody answers. */
  readonly reconnectDelayMaxMs: number;
}

export const DEFAULT_TERMS: Terms = {
  heartbeatIntervalMs: 10_000,
  leaseMs: 40_000,
  reportIntervalMinMs: 200,
  reportBytesMax: REPORT_BYTES_MAX,
  // What the largest fleet is told: without a coordinator's word it may be one.
  reconnectDelayMaxMs: 60_000,
};

/** A heartbeat faster than this would be a mistake of the coordinator's, and a busy loop here. */
const HEARTBEAT_INTERVAL_MIN_MS = 100;

/** An agent that dials all the time would be one too. */
const RECONNECT_DELAY_MIN_MS = 1_000;

/** What the coordinator leaves out, or sets to zero, keeps its default; only reports may come at any speed. */
export function termsFromWire(wire: Terms__Output | null | undefined): Terms {
  if (!wire) return DEFAULT_TERMS;
  const heartbeatIntervalMs = durationFromWire(wire.heartbeatInterval) || DEFAULT_TERMS.heartbeatIntervalMs;
  const reconnectDelayMaxMs = durationFromWire(wire.reconnectDelayMax) || DEFAULT_TERMS.reconnectDelayMaxMs;
  return {
    heartbeatIntervalMs: Math.max(heartbeatIntervalMs, HEARTBEAT_INTERVAL_MIN_MS),
    leaseMs: durationFromWire(wire.leaseDuration) || DEFAULT_TERMS.leaseMs,
    reportIntervalMinMs: durationFromWire(wire.reportIntervalMin),
    reportBytesMax: wire.reportBytesMax || DEFAULT_TERMS.reportBytesMax,
    reconnectDelayMaxMs: Math.max(reconnectDelayMaxMs, RECONNECT_DELAY_MIN_MS),
  };
}
