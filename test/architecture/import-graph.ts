/** The graph of imports between the repository's own files, and between folders. Type-only imports count. */
import { importsOf, sourceFiles } from './source-files.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Every import of one of the repository's own files by another, outside of the tests. */
export const programEdges: readonly Edge[] = sourceFiles
  .filter(({ path }) => !/^(test|\.ci)\//.test(path))
  .flatMap((file) => importsOf(file).map((to) => ({ from: file.path, to })))
  .filter(({ to }) => /^(agent|cli|coordinator|deploy|shared|web)\//.test(to) && !isGenerated(to));

export function showEdge({ from, to }: Edge): string {
  return `${from} -> ${to}`;
}

/** The strongly connected components with more than one member, each sorted, by Tarjan's algorithm. */
export function cyclesOf(edges: readonly Edge[]): string[][] {
  const targets = new Map<string, Set<string>>();
  for (const { from, to } of edges) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    for (const target of targets.get(node) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(node, Math.min(low.get(node) ?? 0, low.get(target) ?? 0));
    }
    if (low.get(node) !== index.get(node)) return;
    const members = stack.splice(stack.indexOf(node));
    if (members.length > 1) cycles.push(members.sort());
  };
  for (const node of targets.keys()) if (!index.has(node)) visit(node);
  return cycles;
}

function isGenerated(path: string): boolean {
  return path.startsWith('shared/rpc/generated/');
}
