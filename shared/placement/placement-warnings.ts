/** Warnings of the placement engine about a DaemonSet, as manifest problems. */
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { Reason } from './types.ts';

/** `source` says where the DaemonSet was read from. */
export function placementWarnings(warnings: readonly Reason[], source: string): ManifestProblem[] {
  return warnings.map(({ code, fieldPath, message }) => ({ code, fieldPath, message, source }));
}
