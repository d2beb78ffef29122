/** Prints problems and warnings of manifests, one per line. */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { RenderOptions } from './render-options.ts';

/** For example `daemonset.yaml:3: spec.selector: a value is required (Required)`. */
export function problemLine({ source, fieldPath, message, code }: ManifestProblem): string {
  const text = message.startsWith(source) || source === '' ? message : `${source}: ${at(fieldPath)}${message}`;
  return `${text.replace(/\.$/, '')} (${code})`;
}

function at(fieldPath: string): string {
  return fieldPath === '' ? '' : `${fieldPath}: `;
}

/** A section, or nothing if there are no warnings. */
export function warningsSection(warnings: readonly ManifestProblem[], { style }: RenderOptions): string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map((warning) => `  ${style.warn(style.marks.warning)} ${style.fit(problemLine(warning))}\n`);
  return [`${style.bold('Warnings')}\n${lines.join('')}`];
}
