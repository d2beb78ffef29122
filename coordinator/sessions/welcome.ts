/** The answer to a Hello: on what terms the two speak from now on. */
import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import type { Welcome } from '../../shared/rpc/generated/rollcall/v1/Welcome.ts';
import { durationToWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { HEARTBEATS_PER_SECOND_MAX, REPORT_INTERVAL_MIN_MS } from '../limits.ts';
import type { SessionIdentity } from './agent-session.ts';

export interface WelcomeFacts {
  readonly storeId: string;
  readonly version: string;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly nowMs: number;
  readonly resumed: boolean;
  readonly lastReportSequence: number;
}

export function welcome({ sessionId, protocolVersion }: SessionIdentity, facts: WelcomeFacts): Welcome {
  return {
    sessionId,
    storeId: facts.storeId,
    coordinatorVersion: facts.version,
    protocolVersion,
    serverTime: timeToWire(facts.nowMs),
    terms: {
      heartbeatInterval: durationToWire(facts.heartbeatMs),
      leaseDuration: durationToWire(facts.leaseMs),
      reportIntervalMin: durationToWire(REPORT_INTERVAL_MIN_MS),
      reportBytesMax: REPORT_BYTES_MAX,
    },
    resumed: facts.resumed,
    lastReportSequence: String(facts.lastReportSequence),
  };
}

/** With more agents each speaks less often, so that all heartbeats together stay under a fixed rate. */
export function fleetHeartbeatMs(options: { heartbeatMs: number; leaseMs: number; agentCount: number }): number {
  const { heartbeatMs, leaseMs, agentCount } = options;
  const spreadMs = (agentCount / HEARTBEATS_PER_SECOND_MAX) * 1000;
  return Math.min(Math.max(heartbeatMs, spreadMs), leaseMs / 2);
}
