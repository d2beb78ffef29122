/** The files that the checklists in CONTRIBUTING.md name exist. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('CONTRIBUTING.md', root), 'utf8');

/** Paths in backticks, without those that contain a placeholder such as `COMMAND`. */
const paths = [...page.matchAll(/`((?:agent|cli|coordinator|deploy|docs|proto|shared|test|\.ci)\/[^`\s]*)`/g)]
  .map(([, path = '']) => path)
  .filter((path) => !/[A-Z]{3,}|[*…]/.test(path));

it('CONTRIBUTING.md names only files and folders that exist', () => {
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(fileURLToPath(new URL(path, root))))).toEqual([]);
});
