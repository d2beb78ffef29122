/** The coordinator writes to the cluster from one folder (docs/invariants.md, 6), and an agent cannot write at all. */
import { describe, expect, it } from 'vitest';
import { codeLinesOf, importsOf, type SourceFile, sourceFiles } from './source-files.ts';

const CLIENT = 'shared/api-server/api-server-client.ts';
const ENACTMENT = 'coordinator/enactment/';
/** The Lease that fences every other write, and reviews, which change nothing. */
const EXEMPT = ['coordinator/identity/kubernetes/reviews.ts', 'coordinator/leadership/kubernetes-lease.ts'];

const coordinator = sourceFiles.filter(({ path }) => path.startsWith('coordinator/'));
const outsideEnactment = coordinator.filter(({ path }) => !path.startsWith(ENACTMENT));
const pathsOf = (files: readonly SourceFile[]) => files.map(({ path }) => path);
const uses = (pattern: RegExp) => (file: SourceFile) => codeLinesOf(file).some((line) => pattern.test(line));

/** Every file of the repository that the file imports, directly or not. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    const file = sourceFiles.find((candidate) => candidate.path === path);
    if (file === undefined || reached.has(path)) return;
    reached.add(path);
    importsOf(file).forEach(visit);
  };
  visit(start);
  return reached;
}

describe('the coordinator', () => {
  it('calls write methods of an API server client only for its Lease and for reviews', () => {
    const write = /\b(client|reader|apiServer|writer)\)?[!?]?\.(create|replace|patch|delete)\(/;
    expect(pathsOf(outsideEnactment.filter(uses(write)))).toEqual(EXEMPT);
  });

  it('sends no requests of its own outside enactment', () => {
    const request = /\bextends ApiServer(Reader|Client)\b|\bnew Exchange\(|\.ask\(\{/;
    expect(pathsOf(outsideEnactment.filter(uses(request)))).toEqual([]);
    expect(pathsOf(coordinator.filter(uses(request)))).toEqual([`${ENACTMENT}api-server-cluster-writer.ts`]);
  });

  it('creates its API server client in one place', () => {
    const importers = coordinator.filter((file) => importsOf(file).includes(CLIENT));
    expect(pathsOf(importers)).toEqual(['coordinator/components.ts']);
  });
});

describe('an agent', () => {
  it('loads no code that can write to the cluster', () => {
    const reached = [...reachedFrom('agent/main.ts')];
    expect(reached).toContain('shared/api-server/api-server-reader.ts');
    expect(reached.filter((path) => path === CLIENT || path.startsWith('coordinator/'))).toEqual([]);
  });

  it('and the code that it shares import nothing of the enactment', () => {
    const importers = sourceFiles.filter((file) => importsOf(file).some((target) => target.startsWith(ENACTMENT)));
    expect(pathsOf(importers).filter((path) => !/^(coordinator|test)\//.test(path))).toEqual([]);
  });
});
