/** The source files of the repository, for the tests that check them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const FOLDERS = ['agent', 'coordinator', 'shared', 'cli', 'deploy', 'test', '.ci'];
/** Generated from the contract by `npm run generate`. */
const GENERATED = 'shared/rpc/generated/';

export interface SourceFile {
  /** Relative to the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
}

/** Every TypeScript and JavaScript file that is not generated. */
export const sourceFiles: readonly SourceFile[] = FOLDERS.flatMap((folder) => pathsUnder(folder))
  .filter((path) => /\.(ts|mjs)$/.test(path) && !path.startsWith(GENERATED))
  .sort()
  .map((path) => {
    const text = readText(path);
    return { path, text, lines: text.replace(/\n$/, '').split('\n') };
  });

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every file under the folder, relative to the root of the repository. */
export function pathsUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'));
}

/** The imports of a file: files of the repository by their path from the root, packages by their specifier. */
export function importsOf(file: SourceFile): string[] {
  const statement = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...file.text.matchAll(statement)].map((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    return specifier.startsWith('.') ? normalize(join(dirname(file.path), specifier)) : specifier;
  });
}

/** The lines of a file with comments and the contents of string literals blanked. */
export function codeLinesOf(file: SourceFile): string[] {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const noise = /\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g;
  return file.text.replace(noise, blank).split('\n');
}
