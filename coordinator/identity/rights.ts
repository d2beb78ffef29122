/**
 * The rights of callers. In Kubernetes they are virtual resources of the API group `rollcall.dev`, which exist only in
 * RBAC rules.
 */

export type Right = 'connect' | 'read' | 'plan' | 'administer';

/** The resource attributes of a cluster-wide SubjectAccessReview. */
export interface ResourceAttributes {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** The rights of users. Agents have the right `connect` by their ServiceAccount or certificate. */
export const RESOURCES_BY_RIGHT: Readonly<Record<Exclude<Right, 'connect'>, ResourceAttributes>> = {
  read: { group: 'rollcall.dev', resource: 'placements', verb: 'get' },
  plan: { group: 'rollcall.dev', resource: 'plans', verb: 'create' },
  administer: { group: 'rollcall.dev', resource: 'coordinators', verb: 'administer' },
};

/** ClusterRoles in deploy/ that grant the rights, for error messages. */
export const ROLES_BY_RIGHT: Readonly<Record<Exclude<Right, 'connect'>, string>> = {
  read: 'rollcall-viewer',
  plan: 'rollcall-planner',
  administer: 'rollcall-admin',
};
