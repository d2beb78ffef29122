/** The state of a node's agent. It survives sessions of the agent and restarts of the coordinator. */
import type { Presence } from '../../shared/model/presence.ts';
import { type AcceptedReport, type AgentSession, NO_ACCEPTED_REPORT } from './agent-session.ts';
import type { Held } from './assignment-update.ts';

export interface AgentRecord {
  readonly node: string;
  session: AgentSession | null;
  /** Whether the lease has not expired. */
  isPresent: boolean;
  lastSeenMs: number;
  instanceId: string;
  agentVersion: string;
  /** The newest acknowledged and the newest sent position. */
  acknowledged: Held | null;
  sent: Held | null;
  /** The newest accepted report, with its agent process and the revision that makes it durable. */
  lastReport: { instanceId: string } & AcceptedReport;
  cancelLease: () => void;
}

export function newAgentRecord(node: string): AgentRecord {
  return {
    node,
    session: null,
    isPresent: false,
    lastSeenMs: 0,
    instanceId: '',
    agentVersion: '',
    acknowledged: null,
    sent: null,
    lastReport: { instanceId: '', ...NO_ACCEPTED_REPORT },
    cancelLease: () => {},
  };
}

export function presenceOf(record: AgentRecord | undefined): Presence {
  if (record === undefined || record.lastSeenMs === 0) return 'never-seen';
  return record.isPresent ? 'present' : 'absent';
}
