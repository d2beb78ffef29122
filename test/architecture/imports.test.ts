/** The arrows of the house: which folder may know which. */
import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-files.ts';

const SIDES = ['agent', 'cli', 'coordinator'] as const;
/** What the placement engine may use besides itself: pure parts of the Kubernetes API. */
const PLACEMENT_MAY_USE = /^shared\/(placement|kubernetes)\//;

/** The one file of shared that coordinator and command line share and agents never load. */
const KUBECONFIG_READER = 'shared/api-server/kubeconfig-access.ts';

const edges = sourceFiles.flatMap((file) => importsOf(file).map((target) => ({ from: file.path, to: target })));
const within = (folder: string) => edges.filter(({ from }) => from.startsWith(`${folder}/`));
const show = ({ from, to }: { from: string; to: string }) => `${from} -> ${to}`;

describe('imports', () => {
  it('are found at all', () => {
    expect(edges.map(show)).toContain('test/architecture/imports.test.ts -> test/architecture/source-files.ts');
    expect(edges.map(show)).toContain('test/architecture/imports.test.ts -> vitest');
  });

  it('lead from shared to no side', () => {
    const outward = within('shared').filter(({ to }) => /^(agent|cli|coordinator|deploy|test)\//.test(to));
    expect(outward.map(show)).toEqual([]);
  });

  it.each(SIDES)('lead from %s only to itself and to shared', (side) => {
    const outward = within(side).filter(({ to }) => /^(agent|cli|coordinator|deploy|test)\//.test(to));
    expect(outward.filter(({ to }) => !to.startsWith(`${side}/`)).map(show)).toEqual([]);
  });

  it('lead from agent and shared to no client of 85 MiB, nor to what loads it: an agent has 75', () => {
    const isHeavy = ({ from, to }: { from: string; to: string }) =>
      (to === '@kubernetes/client-node' && from !== KUBECONFIG_READER) || to === KUBECONFIG_READER;
    const heavy = [...within('agent'), ...within('shared')].filter(isHeavy);
    expect(heavy.map(show)).toEqual([]);
  });

  it('lead from the placement engine only to itself and the Kubernetes objects, never to a package', () => {
    const outward = within('shared/placement').filter(({ to }) => !PLACEMENT_MAY_USE.test(to));
    expect(outward.map(show)).toEqual([]);
  });

  it('lead from the rollout planner only to itself and shared', () => {
    const outward = within('coordinator/rollout').filter(({ to }) => !/^(coordinator\/rollout|shared)\//.test(to));
    expect(outward.map(show)).toEqual([]);
  });

  it('lead to the fakes only from tests', () => {
    const outward = edges.filter(({ from, to }) => to.startsWith('test/') && !/^(test|\.ci)\//.test(from));
    expect(outward.map(show)).toEqual([]);
  });

  it('name our own TypeScript files with their ending', () => {
    const own = edges.filter(({ to }) => /^(agent|cli|coordinator|deploy|shared|test)\//.test(to));
    expect(own.filter(({ to }) => !/\.(ts|mjs|json)$/.test(to)).map(show)).toEqual([]);
  });
});
