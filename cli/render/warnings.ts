/** The section about what Kubernetes accepts but nobody means. */
import type { ManifestProblem } from '../../shared/kubernetes/manifest-problem.ts';
import type { RenderOptions } from '../context.ts';
import { problemLine } from './problems.ts';

/** No section where there is no warning. */
export function warningsSection(warnings: readonly ManifestProblem[], { style }: RenderOptions): string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map((warning) => `  ${style.warn(style.marks.warning)} ${style.fit(problemLine(warning))}\n`);
  return [`${style.bold('Warnings')}\n${lines.join('')}`];
}
