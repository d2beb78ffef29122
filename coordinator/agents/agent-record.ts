/** What the coordinator remembers of one node's agent, across its sessions and its own restarts. */
import type { Presence } from '../../shared/model/presence.ts';
import { type AcceptedReport, type AgentSession, NO_ACCEPTED_REPORT } from './agent-session.ts';
import type { Held } from './assignment-update.ts';

export interface AgentRecord {
  readonly node: string;
  session: AgentSession | null;
  /** Whether the lease runs: the agent speaks, or has only just fallen silent. */
  isPresent: boolean;
  lastSeenMs: number;
  instanceId: string;
  agentVersion: string;
  /** What the agent acknowledged last, and what was sent to it after that. */
  acknowledged: Held | null;
  sent: Held | null;
  /** The last report that was taken, of which agent process, and what has to be durable before it is. */
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
