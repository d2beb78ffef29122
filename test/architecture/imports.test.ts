/** Rules for imports that docs/architecture.md cannot express as a table of folders. */
import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-files.ts';

const SIDES = ['agent', 'cli', 'coordinator'] as const;
/** The only imports that the placement engine may have: pure parts of the Kubernetes API. */
const PLACEMENT_MAY_USE = /^shared\/(placement|kubernetes)\//;

/** The only file in shared/ that loads the Kubernetes client; the agent never loads it. */
const KUBECONFIG_READER = 'shared/api-server/kubeconfig-access.ts';

const edges = sourceFiles.flatMap((file) => importsOf(file).map((target) => ({ from: file.path, to: target })));
const within = (folder: string) => edges.filter(({ from }) => from.startsWith(`${folder}/`));
const show = ({ from, to }: { from: string; to: string }) => `${from} -> ${to}`;

describe('imports', () => {
  it('are found', () => {
    expect(edges.map(show)).toContain('test/architecture/imports.test.ts -> test/architecture/source-files.ts');
    expect(edges.map(show)).toContain('test/architecture/imports.test.ts -> vitest');
  });

  it('of shared/ stay in shared/', () => {
    const outward = within('shared').filter(({ to }) => /^(agent|cli|coordinator|deploy|test)\//.test(to));
    expect(outward.map(show)).toEqual([]);
  });

  it.each(SIDES)('of %s/ lead only to its own folder and to shared/', (side) => {
    const outward = within(side).filter(({ to }) => /^(agent|cli|coordinator|deploy|test)\//.test(to));
    expect(outward.filter(({ to }) => !to.startsWith(`${side}/`)).map(show)).toEqual([]);
  });

  it('keep the Kubernetes client, which needs 85 MiB, out of the agent, which has 75 MiB', () => {
    const isHeavy = ({ from, to }: { from: string; to: string }) =>
      (to === '@kubernetes/client-node' && from !== KUBECONFIG_READER) || to === KUBECONFIG_READER;
    const heavy = [...within('agent'), ...within('shared')].filter(isHeavy);
    expect(heavy.map(show)).toEqual([]);
  });

  it('of the placement engine lead to its own folder and to the Kubernetes objects, and to no package', () => {
    const outward = within('shared/placement').filter(({ to }) => !PLACEMENT_MAY_USE.test(to));
    expect(outward.map(show)).toEqual([]);
  });

  it('of the rollout planner lead to its own folder, to shared/ and to hashes', () => {
    const isPure = ({ to }: { to: string }) => /^(coordinator\/rollout|shared)\//.test(to) || to === 'node:crypto';
    const outward = within('coordinator/rollout').filter((edge) => !isPure(edge));
    expect(outward.map(show)).toEqual([]);
  });

  it('of the fakes exist only in tests', () => {
    const outward = edges.filter(({ from, to }) => to.startsWith('test/') && !/^(test|\.ci)\//.test(from));
    expect(outward.map(show)).toEqual([]);
  });

  it('name TypeScript files with their extension', () => {
    const own = edges.filter(({ to }) => /^(agent|cli|coordinator|deploy|shared|test)\//.test(to));
    expect(own.filter(({ to }) => !/\.(ts|mjs|json)$/.test(to)).map(show)).toEqual([]);
  });
});
