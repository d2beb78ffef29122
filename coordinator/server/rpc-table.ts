/** The table of RPCs: what answers each method, whether it answers about now, about the past or both, and the right it needs. */
import type { AdminServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AdminService.ts';
import type { AgentServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AgentService.ts';
import type { AuditServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import { type DrainDependencies, drainSessions } from '../admin/drain-sessions.ts';
import { type ReevaluationDependencies, reevaluate } from '../admin/reevaluate.ts';
import { type ConnectDependencies, connect } from '../agents/agent-service.ts';
import { type AuditStreamDependencies, auditStream } from '../audit/audit-stream.ts';
import { checkDerivedTables } from '../audit/check-derived-tables.ts';
import { createBackup } from '../audit/create-backup.ts';
import { exportEvents } from '../audit/export-events.ts';
import { getHead } from '../audit/get-head.ts';
import { replayDecisions } from '../audit/replay-decisions.ts';
import { verifyJournal } from '../audit/verify-journal.ts';
import type { Right } from '../identity/rights.ts';
import type { LibraryRpc, RpcRows } from '../rpc/rpc-row.ts';
import { QUERY_RPCS } from './query-rpcs.ts';

export type AdminDependencies = DrainDependencies & ReevaluationDependencies;

const AGENT_RPCS: RpcRows<AgentServiceHandlers, ConnectDependencies> = {
  Connect: { right: 'connect', source: 'live', stream: connect },
};

const ADMIN_RPCS: RpcRows<AdminServiceHandlers, AdminDependencies> = {
  DrainSessions: { right: 'administer', source: 'live', answer: drainSessions },
  Reevaluate: { right: 'administer', source: 'live', answer: reevaluate },
};

const AUDIT_RPCS: RpcRows<AuditServiceHandlers, AuditStreamDependencies> = {
  GetHead: { right: 'read', source: 'live', isDurable: true, answer: getHead },
  VerifyJournal: { right: 'administer', source: 'live', stream: auditStream(verifyJournal) },
  ReplayDecisions: { right: 'administer', source: 'live', stream: auditStream(replayDecisions) },
  CheckDerivedTables: { right: 'administer', source: 'live', stream: auditStream(checkDerivedTables) },
  ExportEvents: { right: 'administer', source: 'live', stream: auditStream(exportEvents) },
  CreateBackup: { right: 'administer', source: 'live', stream: auditStream(createBackup) },
};

const HEALTH_RPCS: Readonly<Record<'Check' | 'Watch' | 'List', LibraryRpc>> = {
  Check: { right: 'open', source: 'live' },
  Watch: { right: 'open', source: 'live' },
  List: { right: 'open', source: 'live' },
};

const REFLECTION_RPCS: Readonly<Record<'ServerReflectionInfo', LibraryRpc>> = {
  ServerReflectionInfo: { right: 'read', source: 'live' },
};

/** By the full name of the service. */
export const RPC_TABLE = {
  'rollcall.v1.AgentService': AGENT_RPCS,
  'rollcall.v1.QueryService': QUERY_RPCS,
  'rollcall.v1.AdminService': ADMIN_RPCS,
  'rollcall.v1.AuditService': AUDIT_RPCS,
  'grpc.health.v1.Health': HEALTH_RPCS,
  'grpc.reflection.v1.ServerReflection': REFLECTION_RPCS,
  'grpc.reflection.v1alpha.ServerReflection': REFLECTION_RPCS,
} as const;

const RIGHT_OF_PATH: ReadonlyMap<string, Right | 'open'> = new Map(
  Object.entries(RPC_TABLE).flatMap(([service, rpcs]) =>
    Object.entries(rpcs).map(([method, { right }]) => [`/${service}/${method}`, right] as const),
  ),
);

/** The right that a call of `/service/method` needs; for a method that does not exist, the highest. */
export function rightOf(path: string): Right | 'open' {
  return RIGHT_OF_PATH.get(path) ?? 'administer';
}
