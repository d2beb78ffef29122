/**
 * The digest by which agent and coordinator prove to each other that they hold the same assignments.
 * docs/protocol.md gives the recipe for agents that are not ours.
 */
import { createHash } from 'node:crypto';
import type { Assignment } from './assignment.ts';

/** SHA-256 over one line per assignment, sorted by DaemonSet; independent of the order given. */
export function assignmentDigest(assignments: Iterable<Assignment>): Buffer {
  const lines = [...assignments].map(line).sort();
  return createHash('sha256').update(lines.join('')).digest();
}

function line(assignment: Assignment): string {
  const { daemonSet, daemonSetUid, verdict, templateRevision, effectiveRevision, minReadySeconds, surge } = assignment;
  const words = [daemonSet, daemonSetUid, verdict, templateRevision, effectiveRevision, minReadySeconds];
  return `${[...words, ...(surge ? ['surge'] : [])].join(' ')}\n`;
}
