/**
 * What to send to an agent so that it holds a node's newest assignments: nothing, what changed since
 * the revision that it holds, or everything. In doubt everything, never a guess.
 */

import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';

/** What an agent holds, as both sides know it. */
export interface Held {
  readonly revision: number;
  readonly digest: Buffer;
}

export interface AssignmentSource {
  /** The newest revision of a node's assignments. */
  revision(node: string): number;
  /** `null` while nothing is known of the node, so that nobody mistakes that for "no assignments". */
  assignments(node: string): Assignment[] | null;
  /** DaemonSets whose assignment on the node ended after `revision`; `null` when nobody knows any more. */
  endedSince(node: string, revision: number): DaemonSetKey[] | null;
}

/** Whether there is nothing to send to whoever holds this. */
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

/** `null` when there is nothing to send: the agent holds the newest assignments already. */
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
    // A DaemonSet that was removed and came back is an upsert alone.
    removals: [...new Set(ended)].filter((daemonSet) => !assigned.has(daemonSet)),
  };
}
