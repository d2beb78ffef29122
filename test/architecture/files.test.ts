/** Rules that every source file keeps. */
import { describe, expect, it } from 'vitest';
import { codeLinesOf, importsOf, pathsUnder, readText, type SourceFile, sourceFiles } from './source-files.ts';

const COLUMNS_MAX = 140;
/** Files that may read the clock, randomness and the environment: entry points, the clock, and scripts that run before the build. */
const MAY_READ_PROCESS = /(^|\/)main\.ts$|\.config\.ts$|^shared\/clock\.ts$|^test\/bench\/|^\.ci\/|\.mjs$/;

/** `path:line` of every line that `find` accepts. */
function places(find: (line: string) => boolean, linesOf = (file: SourceFile): readonly string[] => file.lines) {
  return sourceFiles.flatMap((file) =>
    linesOf(file).flatMap((line, index) => (find(line) ? [`${file.path}:${index + 1}`] : [])),
  );
}

describe('source files', () => {
  it('are found', () => {
    const paths = sourceFiles.map(({ path }) => path);
    expect(paths).toContain('shared/clock.ts');
    expect(paths).toContain('.ci/check-breaking.mjs');
    expect(paths.filter((path) => path.includes('/generated/'))).toEqual([]);
  });

  it(`have no line over ${COLUMNS_MAX} columns`, () => {
    expect(places((line) => Array.from(line).length > COLUMNS_MAX)).toEqual([]);
  });

  it('open with a comment that says what the file is for', () => {
    const bare = sourceFiles.filter(({ text }) => !/^(#![^\n]*\n)?\/(\*\*?\s|\/ )\s*\S/.test(text));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('have kebab-case names', () => {
    const named = /^(\.ci\/)?([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.(test|config))?\.(ts|mjs)$/;
    expect(sourceFiles.map(({ path }) => path).filter((path) => !named.test(path))).toEqual([]);
  });

  it('contain no markers of unfinished work', () => {
    const marker = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
    expect(places((line) => marker.test(line))).toEqual([]);
  });

  it('receive time, randomness and the environment as dependencies', () => {
    const world = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.env\b/;
    const found = places((line) => world.test(line), codeLinesOf);
    const fileOf = (place: string) => place.replace(/:\d+$/, '');
    expect(found.map(fileOf)).toContain('shared/clock.ts');
    expect(found.filter((place) => !MAY_READ_PROCESS.test(fileOf(place)))).toEqual([]);
  });

  it('disable no rule without a reason', () => {
    const silenced = /(oxlint|eslint|biome)-(disable|ignore)|@ts-(ignore|expect-error|nocheck)/;
    const explained = (line: string, above = '') => /(-- |: )\S/.test(line) || /^\s*\/\/ /.test(above);
    const bare = (file: SourceFile) =>
      file.path.startsWith('test/architecture/')
        ? []
        : file.lines.map((line, index) => (explained(line, file.lines[index - 1]) ? '' : line));
    expect(places((line) => silenced.test(line), bare)).toEqual([]);
  });
});

describe('benchmarks', () => {
  it('all run with `npm run bench`', () => {
    const bench = pathsUnder('test').filter((path) => path.startsWith('test/bench/') && path.endsWith('.ts'));
    const reached = new Set<string>();
    const visit = (path: string) => {
      const file = sourceFiles.find((candidate) => candidate.path === path);
      if (file === undefined || reached.has(path)) return;
      reached.add(path);
      importsOf(file).forEach(visit);
    };
    visit('test/bench/main.ts');
    expect(bench.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(readText('package.json')) as {
    allowScripts?: Record<string, boolean>;
    scripts: Record<string, string>;
  };

  it('allows or denies the install scripts of every dependency that has any', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { hasInstallScript?: boolean; optional?: boolean }>;
    };
    const scripted = Object.entries(lock.packages)
      .filter(([path, entry]) => path.startsWith('node_modules/') && entry.hasInstallScript && !entry.optional)
      .map(([path]) => path.slice('node_modules/'.length));
    expect(scripted).toContain('better-sqlite3');
    expect(scripted.filter((name) => manifest.allowScripts?.[name] === undefined)).toEqual([]);
  });

  it('has the same checks as .ci/run', () => {
    const made = [...readText('.ci/run').matchAll(/npm run (?:--silent )?(check:[a-z]+)/g)].map(
      ([, name = '']) => name,
    );
    const named = Object.keys(manifest.scripts).filter((name) => name.startsWith('check:'));
    expect(made.toSorted()).toEqual(named.toSorted());
  });
});
