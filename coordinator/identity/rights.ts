/**
 * The one table of which call needs which right, and what Kubernetes is asked for each: virtual
 * resources of the API group `rollcall.dev`, which exist in RBAC rules and nowhere else.
 */

export type Right = 'connect' | 'read' | 'plan' | 'administer';

/** What a SubjectAccessReview asks for; all of it is cluster-wide. */
export interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** The rights that people are given. `answer` is an agent's, by its ServiceAccount or certificate. */
export const RESOURCES_BY_RIGHT: Readonly<Record<Exclude<Right, 'connect'>, ResourceAttributes>> = {
  read: { group: 'rollcall.dev', resource: 'placements', verb: 'get' },
  plan: { group: 'rollcall.dev', resource: 'plans', verb: 'create' },
  administer: { group: 'rollcall.dev', resource: 'coordinators', verb: 'administer' },
};

/** ClusterRoles of deploy/ that hold the right, for the sentence that tells a person how to get it. */
export const ROLES_BY_RIGHT: Readonly<Record<Exclude<Right, 'connect'>, string>> = {
  read: 'rollcall-viewer',
  plan: 'rollcall-planner',
  administer: 'rollcall-admin',
};

/** `open`: anybody who reaches the port may ask, as probes do. */
export const RIGHT_OF_CALL: Readonly<Record<string, Right | 'open'>> = {
  '/rollcall.v1.AgentService/Connect': 'connect',
  '/rollcall.v1.QueryService/GetStatus': 'read',
  '/rollcall.v1.QueryService/ListDaemonSets': 'read',
  '/rollcall.v1.QueryService/GetDaemonSet': 'read',
  '/rollcall.v1.QueryService/ListNodes': 'read',
  '/rollcall.v1.QueryService/GetNode': 'read',
  '/rollcall.v1.QueryService/ListPlacements': 'read',
  '/rollcall.v1.QueryService/ExplainPlacement': 'read',
  '/rollcall.v1.QueryService/ListDrifts': 'read',
  '/rollcall.v1.QueryService/ListAgents': 'read',
  '/rollcall.v1.QueryService/DiffPlacements': 'read',
  '/rollcall.v1.QueryService/ListTimelines': 'read',
  '/rollcall.v1.QueryService/ListEvents': 'read',
  '/rollcall.v1.QueryService/WatchEvents': 'read',
  '/rollcall.v1.QueryService/PlanPlacements': 'plan',
  '/rollcall.v1.AdminService/DrainSessions': 'administer',
  '/rollcall.v1.AdminService/Reevaluate': 'administer',
  '/rollcall.v1.AuditService/GetHead': 'read',
  '/rollcall.v1.AuditService/VerifyJournal': 'administer',
  '/rollcall.v1.AuditService/ReplayDecisions': 'administer',
  '/rollcall.v1.AuditService/CheckDerivedTables': 'administer',
  '/rollcall.v1.AuditService/ExportEvents': 'administer',
  '/rollcall.v1.AuditService/CreateBackup': 'administer',
  '/grpc.health.v1.Health/Check': 'open',
  '/grpc.health.v1.Health/Watch': 'open',
  '/grpc.health.v1.Health/List': 'open',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'read',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'read',
};
