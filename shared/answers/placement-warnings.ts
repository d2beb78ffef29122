/** Warnings about the placement rules of a DaemonSet. */
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { DaemonSetSnapshot } from '../model/cluster-snapshot.ts';

/** What Kubernetes accepts in the placement rules although the author probably did not intend it. */
export function placementWarningsOf({ placed }: Pick<DaemonSetSnapshot, 'placed'>): ManifestProblem[] {
  const source = placed?.record.source ?? '';
  const warnings = placed?.compiled.warnings ?? [];
  return warnings.map(({ code, fieldPath, message }) => ({ code, fieldPath, message, source }));
}
