/** Problems and warnings of manifests, one on each line. */
import type { ManifestProblem } from '../../shared/kubernetes/manifest-problem.ts';

/** For example `daemonset.yaml:3: spec.selector: a value is needed here (Required)`. */
export function problemLine({ source, fieldPath, message, code }: ManifestProblem): string {
  const text = message.startsWith(source) || source === '' ? message : `${source}: ${at(fieldPath)}${message}`;
  return `${text.replace(/\.$/, '')} (${code})`;
}

function at(fieldPath: string): string {
  return fieldPath === '' ? '' : `${fieldPath}: `;
}
