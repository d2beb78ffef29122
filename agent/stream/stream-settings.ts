/** The settings of a stream from the coordinator, with their defaults. */

import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import type { StreamSettings__Output } from '../../shared/rpc/generated/rollcall/v1/StreamSettings.ts';
import { durationFromWire } from '../../shared/rpc/wire-time.ts';

export interface StreamSettings {
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly minReportIntervalMs: number;
  readonly maxReportBytes: number;
  /** Maximum delay between attempts to reconnect while the coordinator is unavailable. */
  readonly maxReconnectDelayMs: number;
}

export const DEFAULT_STREAM_SETTINGS: StreamSettings = {
  heartbeatIntervalMs: 10_000,
  leaseMs: 40_000,
  minReportIntervalMs: 200,
  maxReportBytes: REPORT_BYTES_MAX,
  // The value for the largest cluster, because the size is unknown before the coordinator sends settings.
  maxReconnectDelayMs: 60_000,
};

/** Lower limit that prevents a busy loop if the coordinator sends a wrong interval. */
const HEARTBEAT_INTERVAL_MIN_MS = 100;

/** Lower limit that prevents a busy loop if the coordinator sends a wrong delay. */
const RECONNECT_DELAY_MIN_MS = 1_000;

/** Fields that are unset or zero get their default, except the minimum report interval, which may be zero. */
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
