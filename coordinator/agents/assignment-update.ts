/**
 * Computes the next update for an agent: none, a delta from the agent's revision, or a snapshot. If the delta cannot be
 * determined exactly, the update is a snapshot.
 */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';

/** The position of an agent: the revision and digest of the assignments that it holds. */
export interface Held {
  readonly revision: number;
  readonly digest: Buffer;
}

export interface AssignmentSource {
  /** The newest revision of a node's assignments. */
  revision(node: string): number;
  /** `null` while the node is unknown, which differs from a node without assignments. */
  assignments(node: string): Assignment[] | null;
  /** DaemonSets whose assignment on the node ended after `revision`; `null` if that is no longer known. */
  endedSince(node: string, revision: number): DaemonSetKey[] | null;
}

/** Whether an agent at this position has the newest assignments. */
export function holdsNewest(source: AssignmentSource, node: string, held: Held): boolean {
  return nextUpdate(source, node, held) === null;
}

export type Update =
  | { readonly kind: 'snapshot'; readonly held: Held; readonly assignments: readonly Assignment[] }
  | {
      readonly kind: 'delta';
      readonly held: Held;
      readonly baseRevision: number;
      readonly upserts: readonly Assignment[];
      readonly removals: readonly DaemonSetKey[];
    };

/** `null` if the agent has the newest assignments. */
export function nextUpdate(source: AssignmentSource, node: string, held: Held | null): Update | null {
  const assignments = source.assignments(node);
  if (assignments === null) return null;
  const next = { revision: source.revision(node), digest: assignmentDigest(assignments) };
  if (held?.digest.equals(next.digest)) return null;
  const ended = held && held.revision < next.revision ? source.endedSince(node, held.revision) : null;
  if (held === null || ended === null) return { kind: 'snapshot', held: next, assignments };
  const assigned = new Set(assignments.map(({ daemonSet }) => daemonSet));
  return {
    kind: 'delta',
    held: next,
    baseRevision: held.revision,
    upserts: assignments.filter(({ effectiveRevision }) => effectiveRevision > held.revision),
    // A DaemonSet that was removed and added again is only an upsert.
    removals: [...new Set(ended)].filter((daemonSet) => !assigned.has(daemonSet)),
  };
}
