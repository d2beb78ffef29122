/**
 * What makes a report one that cannot be used. A node's report is written down as it is, so whatever
 * the journal could not keep (a time beyond all calendars, a number that was rounded, a drift of no
 * DaemonSet) has to be found here.
 */
import { isDnsSubdomain } from '../../shared/kubernetes/label-syntax.ts';
import type { DaemonSetKey, NodeReport, PodReport } from '../../shared/roll/model.ts';
import { quoted } from './detail.ts';

/** The years 1 to 9999: what google.protobuf.Timestamp can say. */
const TIME_MS = { min: -62_135_596_800_000, max: 253_402_300_799_999 } as const;

/** One sentence that names the field; `null` for a sound report. */
export function nodeReportProblem({ sequence, observedMs }: NodeReport): string | null {
  return (
    sequenceProblem('node_report.report_sequence', sequence) ?? timeProblem('node_report.observe_time', observedMs)
  );
}

export function podReportProblem({ sequence, observedMs, verifiedRevision, pods, drifts }: PodReport): string | null {
  return (
    sequenceProblem('pod_report.report_sequence', sequence) ??
    timeProblem('pod_report.observe_time', observedMs) ??
    revisionProblem('pod_report.verified_revision', verifiedRevision) ??
    first(
      pods,
      ({ daemonSet, sinceMs, createdMs }, path) => {
        const created = timeProblem(`${path}.create_time`, createdMs);
        return keyProblem(`${path}.daemon_set`, daemonSet) ?? timeProblem(`${path}.since_time`, sinceMs) ?? created;
      },
      'pod_report.pods',
    ) ??
    first(
      drifts,
      ({ daemonSet, sinceMs }, path) => {
        return keyProblem(`${path}.daemon_set`, daemonSet) ?? timeProblem(`${path}.since_time`, sinceMs);
      },
      'pod_report.drifts',
    )
  );
}

function first<Item>(
  items: readonly Item[],
  problemOf: (item: Item, path: string) => string | null,
  path: string,
): string | null {
  for (const [index, item] of items.entries()) {
    const problem = problemOf(item, `${path}[${index}]`);
    if (problem !== null) return problem;
  }
  return null;
}

/** Numbers that a double holds exactly; an agent starts at 1. */
function sequenceProblem(path: string, sequence: number): string | null {
  return Number.isSafeInteger(sequence) && sequence > 0 ? null : `${path} is ${sequence}; use 1 to 2^53 - 1`;
}

function revisionProblem(path: string, revision: number): string | null {
  return Number.isSafeInteger(revision) && revision >= 0 ? null : `${path} is ${revision}; use 0 to 2^53 - 1`;
}

function timeProblem(path: string, ms: number): string | null {
  return ms >= TIME_MS.min && ms <= TIME_MS.max ? null : `${path} is no time of the years 1 to 9999`;
}

function keyProblem(path: string, key: DaemonSetKey): string | null {
  const slash = key.indexOf('/');
  if (isDnsSubdomain(key.slice(0, slash)) && isDnsSubdomain(key.slice(slash + 1))) return null;
  return `${path} names no DaemonSet: ${quoted(key)}`;
}
