/** The table of folders in docs/architecture.md is true: the code imports what it allows, and nothing else. */
import { describe, expect, it } from 'vitest';
import { cyclesOf, type Edge, programEdges, showEdge } from './import-graph.ts';
import { readText, sourceFiles } from './source-files.ts';

interface FolderRow {
  readonly folder: string;
  /** Folders whose rows it may import; a folder stands for every row below it. */
  readonly mayImport: readonly string[];
}

const rows = folderTable(readText('docs/architecture.md'));
const folders = rows.map(({ folder }) => folder);
const programFiles = sourceFiles.map(({ path }) => path).filter((path) => !/^(test|\.ci)\//.test(path));
/** Imports between different rows, as edges between rows. */
const crossings: readonly Edge[] = programEdges
  .map(({ from, to }) => ({ from: rowOf(from) ?? '', to: rowOf(to) ?? '' }))
  .filter(({ from, to }) => from !== to);

describe('the table of folders in docs/architecture.md', () => {
  it('is read', () => {
    expect(folders).toContain('shared/placement');
    expect(folders).toEqual([...new Set(folders)]);
  });

  it('has a row for every folder with code, and no other rows', () => {
    expect(programFiles.filter((path) => rowOf(path) === null)).toEqual([]);
    expect(folders.filter((folder) => !programFiles.some((path) => rowOf(path) === folder))).toEqual([]);
  });

  it('allows every import', () => {
    expect(programEdges.filter((edge) => !isAllowed(edge)).map(showEdge)).toEqual([]);
  });

  it('allows no import that does not exist', () => {
    const unused = rows.flatMap(({ folder, mayImport }) =>
      mayImport
        .filter((target) => !crossings.some(({ from, to }) => from === folder && isWithin(to, target)))
        .map((target) => `${folder} -> ${target}`),
    );
    expect(unused).toEqual([]);
  });
});

describe('imports', () => {
  it('form no cycle of files, type-only imports included', () => {
    expect(cyclesOf(programEdges)).toEqual([]);
  });

  it('form no cycle of folders', () => {
    expect(cyclesOf(crossings)).toEqual([]);
  });

  it('form a cycle that is found', () => {
    const edges = ['ab', 'bc', 'cb', 'cd'].map((pair) => ({ from: pair.charAt(0), to: pair.charAt(1) }));
    expect(cyclesOf(edges)).toEqual([['b', 'c']]);
  });
});

function folderTable(page: string): FolderRow[] {
  const section = /^## Folders$([\s\S]*?)^## /m.exec(page)?.[1] ?? '';
  return [...section.matchAll(/^\| `([^`|]+?)\/?` \|[^|]*\|([^|]*)\|$/gm)].map(([, folder = '', allowed = '']) => ({
    folder,
    mayImport: [...allowed.matchAll(/`([^`]+?)\/?`/g)].map(([, target = '']) => target),
  }));
}

/** The row of the file itself or, without one, the row with the longest folder name that contains the file. */
function rowOf(path: string): string | null {
  const containing = folders.filter((folder) => path === folder || path.startsWith(`${folder}/`));
  return containing.toSorted((left, right) => right.length - left.length)[0] ?? null;
}

function isAllowed({ from, to }: Edge): boolean {
  const [source, target] = [rowOf(from), rowOf(to)];
  if (source === null || target === null) return false;
  if (source === target) return true;
  const row = rows.find(({ folder }) => folder === source);
  return row?.mayImport.some((allowed) => isWithin(target, allowed)) ?? false;
}

/** Whether the row is the allowed folder or, where a folder without a row of its own is allowed, below it. */
function isWithin(row: string, allowed: string): boolean {
  return row === allowed || (!folders.includes(allowed) && row.startsWith(`${allowed}/`));
}
