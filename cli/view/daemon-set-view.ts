/** A DaemonSet as `-o json` shows it (docs/cli.md) and as tables read it. */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { DaemonSet__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSet.ts';
import type { DaemonSetCounts__Output } from '../../shared/rpc/generated/rollcall/v1/DaemonSetCounts.ts';
import type { ManifestProblem__Output } from '../../shared/rpc/generated/rollcall/v1/ManifestProblem.ts';

export interface DaemonSetView {
  readonly namespace: string;
  readonly name: string;
  /** False when no good version was ever seen. */
  readonly inForce: boolean;
  readonly generation: number;
  readonly templateRevision: string;
  /** The revision at which this manifest came into force. */
  readonly version: number;
  /** A file's path, or an API server. */
  readonly source: string;
  readonly counts: CountsView;
  readonly warnings: readonly ManifestProblem[];
  /** Why the newest manifest was refused; empty where it was not. */
  readonly rejections: readonly ManifestProblem[];
}

const COUNTS = [
  'wanted',
  'allowed',
  'fits',
  'doesNotFit',
  'keep',
  'none',
  'running',
  'healthy',
  'missing',
  'unexpected',
  'duplicate',
  'outdated',
  'unhealthy',
  'unknown',
  'acknowledged',
] as const satisfies readonly (keyof DaemonSetCounts__Output)[];

/** Nodes of the roll: by the five answers, by verdict, and by drift. */
export type CountsView = Readonly<Record<(typeof COUNTS)[number], number>>;

export function daemonSetView(wire: DaemonSet__Output): DaemonSetView {
  return {
    namespace: wire.daemonSet?.namespace ?? '',
    name: wire.daemonSet?.name ?? '',
    inForce: wire.accepted,
    generation: Number(wire.generation),
    templateRevision: wire.templateRevision,
    version: Number(wire.effectiveRevision),
    source: wire.source,
    counts: Object.fromEntries(COUNTS.map((count) => [count, wire.counts?.[count] ?? 0])) as CountsView,
    warnings: wire.warnings.map(problemView),
    rejections: wire.rejections.map(problemView),
  };
}

export function problemView({ code, fieldPath, message, source }: ManifestProblem__Output): ManifestProblem {
  return { code, fieldPath, message, source };
}
