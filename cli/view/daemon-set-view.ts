/** A DaemonSet as tables read it, and its JSON (docs/cli.md). */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import type { DaemonSet__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DaemonSetCounts__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSetCounts.ts';
import type { ManifestProblem__Output } from '../../shared/rpc/generated/rollcall/v1/ManifestProblem.ts';
import { timeView } from './wire-fields.ts';

export interface DaemonSetView {
  readonly namespace: string;
  readonly name: string;
  /** False if no valid version was ever received. */
  readonly accepted: boolean;
  readonly generation: number;
  readonly templateRevision: string;
  /** The revision at which this manifest took effect. */
  readonly effectiveRevision: number;
  /** Path of a file, or address of an API server. */
  readonly source: string;
  readonly counts: CountsView;
  readonly warnings: readonly ManifestProblem[];
  /** Why the newest manifest was rejected; empty if it was accepted. */
  readonly rejections: readonly ManifestProblem[];
}

const COUNTS = [
  'desired',
  'current',
  'ready',
  'upToDate',
  'misscheduled',
  'selected',
  'fits',
  'doesNotFit',
  'keep',
  'none',
  'acknowledged',
  ...DRIFT_KINDS,
  'staleNodeCount',
  'unreportedNodeCount',
] as const satisfies readonly (keyof DaemonSetCounts__Output)[];

/** Counts of nodes: those of the DaemonSet's status, by verdict and by drift. */
export interface CountsView extends Readonly<Record<(typeof COUNTS)[number], number>> {
  /** `null` if it is unknown: for the past, the time since when a pod is ready may be missing. */
  readonly available: number | null;
  /** The last report of the agent that has been absent for the longest time; `null` if no counted node is absent. */
  readonly oldestReportTime: string | null;
}

export function daemonSetView(wire: DaemonSet__Output): DaemonSetView {
  return {
    namespace: wire.daemonSet?.namespace ?? '',
    name: wire.daemonSet?.name ?? '',
    accepted: wire.accepted,
    generation: Number(wire.generation),
    templateRevision: wire.templateRevision,
    effectiveRevision: Number(wire.effectiveRevision),
    source: wire.source,
    counts: countsView(wire.counts),
    warnings: wire.warnings.map(problemView),
    rejections: wire.rejections.map(problemView),
  };
}

function countsView(wire: DaemonSetCounts__Output | null): CountsView {
  const counts = Object.fromEntries(COUNTS.map((count) => [count, wire?.[count] ?? 0]));
  return {
    ...(counts as Record<(typeof COUNTS)[number], number>),
    available: wire?.available ?? null,
    oldestReportTime: timeView(wire?.oldestReportTime ?? null),
  };
}

export function problemView({ code, fieldPath, message, source }: ManifestProblem__Output): ManifestProblem {
  return { code, fieldPath, message, source };
}
