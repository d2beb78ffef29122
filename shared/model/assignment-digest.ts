/**
 * The digest with which agent and coordinator check that they have the same assignments. docs/protocol.md
 * describes the algorithm for other agent implementations.
 */
import { createHash } from 'node:crypto';
import type { Assignment } from './assignment.ts';

/** SHA-256 over one line per assignment, sorted by DaemonSet. The order of the input does not matter. */
export function assignmentDigest(assignments: Iterable<Assignment>): Buffer {
  const lines = [...assignments].map(line).sort();
  return createHash('sha256').update(lines.join('')).digest();
}

function line(assignment: Assignment): string {
  const { daemonSet, daemonSetUid, verdict, templateRevision, effectiveRevision, minReadySeconds, surge } = assignment;
  const words = [daemonSet, daemonSetUid, verdict, templateRevision, effectiveRevision, minReadySeconds];
  return `${[...words, ...(surge ? ['surge'] : [])].join(' ')}\n`;
}
