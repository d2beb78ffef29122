/** The assignments of an agent and how updates change them. Pure. An update is applied completely or refused. */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { Assignment__Output } from '../../shared/rpc/generated/rollcall/v1/Assignment.ts';
import type { AssignmentUpdate__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentUpdate.ts';
import { assignmentFromWire } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';

/** Assignments at a revision of one store. */
export interface HeldAssignments {
  readonly storeId: string;
  readonly revision: number;
  readonly digest: Buffer;
  readonly assignments: ReadonlyMap<DaemonSetKey, Assignment>;
}

export type UpdateOutcome = { readonly held: HeldAssignments } | { readonly refusal: string };

/** Returns the assignments after the update, or the reason for refusing it. */
export function applyUpdate(
  before: HeldAssignments | null,
  storeId: string,
  update: AssignmentUpdate__Output,
): UpdateOutcome {
  const changed = changedAssignments(before, storeId, update);
  if (typeof changed === 'string') return { refusal: changed };
  const digest = assignmentDigest(changed.values());
  if (!digest.equals(update.digest)) {
    return {
      refusal: `the digest of the ${changed.size} assignments is ${hex(digest)}, expected ${hex(update.digest)}`,
    };
  }
  return { held: { storeId, revision: Number(update.revision), digest, assignments: changed } };
}

function changedAssignments(
  before: HeldAssignments | null,
  storeId: string,
  { snapshot, delta }: AssignmentUpdate__Output,
): Map<DaemonSetKey, Assignment> | string {
  if (snapshot) return withUpserts(new Map(), snapshot.assignments);
  if (!delta) return 'the update contains neither a snapshot nor a delta';
  if (before === null) return `the delta applies to revision ${delta.baseRevision}, but the agent has no assignments`;
  if (before.storeId !== storeId) {
    return `the delta applies to store ${storeId}, but the agent has assignments of store ${before.storeId}`;
  }
  if (Number(delta.baseRevision) !== before.revision) {
    return `the delta applies to revision ${delta.baseRevision}, but the agent is at revision ${before.revision}`;
  }
  const assignments = new Map(before.assignments);
  for (const removal of delta.removals) assignments.delete(daemonSetKey(removal));
  return withUpserts(assignments, delta.upserts);
}

function withUpserts(
  assignments: Map<DaemonSetKey, Assignment>,
  upserts: readonly Assignment__Output[],
): Map<DaemonSetKey, Assignment> | string {
  for (const wire of upserts) {
    const assignment = assignmentFromWire(wire);
    if (assignment === null)
      return `the assignment of ${daemonSetKey(wire.daemonSet)} has the unknown verdict ${wire.verdict}`;
    assignments.set(assignment.daemonSet, assignment);
  }
  return assignments;
}

function hex(digest: Uint8Array): string {
  return Buffer.from(digest).toString('hex').slice(0, 12) || 'empty';
}
