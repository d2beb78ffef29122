/** Creates Welcome, the response to Hello, with the settings of the stream. */
import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import type { Welcome } from '../../shared/rpc/generated/rollcall/v1/Welcome.ts';
import { durationToWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { HEARTBEATS_PER_SECOND_MAX, RECONNECT, REPORT_INTERVAL_MIN_MS } from '../limits.ts';
import type { SessionIdentity } from './agent-session.ts';

export interface WelcomeFacts {
  readonly storeId: string;
  readonly version: string;
  readonly leaseMs: number;
  /** Heartbeat interval in a small cluster. */
  readonly heartbeatMs: number;
  /** Number of known agents. */
  readonly agentCount: number;
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
    settings: {
      heartbeatInterval: durationToWire(fleetHeartbeatMs(facts)),
      leaseDuration: durationToWire(facts.leaseMs),
      minReportInterval: durationToWire(REPORT_INTERVAL_MIN_MS),
      maxReportBytes: REPORT_BYTES_MAX,
      maxReconnectDelay: durationToWire(fleetReconnectMs(facts)),
    },
    resumed: facts.resumed,
    lastReportSequence: String(facts.lastReportSequence),
  };
}

/** The interval grows with the number of agents, so that the total rate of heartbeats remains limited. */
function fleetHeartbeatMs({ heartbeatMs, leaseMs, agentCount }: WelcomeFacts): number {
  const spreadMs = (agentCount / HEARTBEATS_PER_SECOND_MAX) * 1000;
  return Math.min(Math.max(heartbeatMs, spreadMs), leaseMs / 2);
}

/** A random delay between zero and its maximum is half of the maximum on average. */
function fleetReconnectMs({ agentCount }: WelcomeFacts): number {
  const { attemptsPerSecond, delayMsMin, delayMsMax } = RECONNECT;
  return Math.min(Math.max(delayMsMin, (2 * agentCount * 1000) / attemptsPerSecond), delayMsMax);
}
