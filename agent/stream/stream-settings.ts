/** The terms that the coordinator sets for a stream, and what holds before it has set any. */

import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import type { StreamSettings__Output } from '../../shared/rpc/generated/rollcall/v1/StreamSettings.ts';
import { durationFromWire } from '../../shared/rpc/wire-time.ts';

export interface StreamSettings {
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly minReportIntervalMs: number;
  readonly maxReportBytes: number;
  /** Ceiling of the pause between attempts while nobody answers. */
  readonly maxReconnectDelayMs: number;
}

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  heartbeatIntervalMs: 10_000,
  leaseMs: 40_000,
  minReportIntervalMs: 200,
  maxReportBytes: REPORT_BYTES_MAX,
  // What the largest fleet is told: without a coordinator's word it may be one.
  maxReconnectDelayMs: 60_000,
};

/** A heartbeat faster than this would be a mistake of the coordinator's, and a busy loop here. */
const HEARTBEAT_INTERVAL_MIN_MS = 100;

/** An agent that dials all the time would be one too. */
const RECONNECT_DELAY_MIN_MS = 1_000;

/** What the coordinator leaves out, or sets to zero, keeps its default; only reports may come at any speed. */
export function streamSettingsFromWire(wire: StreamSettings__Output | null | undefined): StreamSettings {
  if (!wire) return DEFAULT_STREAM_SETTINGS;
  const heartbeatIntervalMs = durationFromWire(wire.heartbeatInterval) || DEFAULT_STREAM_SETTINGS.heartbeatIntervalMs;
  const maxReconnectDelayMs = durationFromWire(wire.maxReconnectDelay) || DEFAULT_STREAM_SETTINGS.maxReconnectDelayMs;
  return {
    heartbeatIntervalMs: Math.max(heartbeatIntervalMs, HEARTBEAT_INTERVAL_MIN_MS),
    leaseMs: durationFromWire(wire.leaseDuration) || DEFAULT_STREAM_SETTINGS.leaseMs,
    minReportIntervalMs: durationFromWire(wire.minReportInterval),
    maxReportBytes: wire.maxReportBytes || DEFAULT_STREAM_SETTINGS.maxReportBytes,
    maxReconnectDelayMs: Math.max(maxReconnectDelayMs, RECONNECT_DELAY_MIN_MS),
  };
}
