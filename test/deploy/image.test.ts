/** The contents of the image, checked in its build context without building an image. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const { license } = createRequire(import.meta.url)('../../package.json') as { license: string };

it('the image contains the license in package.json, with the same text as in the repository', () => {
  const context = temporaryFolder();
  execFileSync(process.execPath, [fileURLToPath(new URL('../../deploy/image/context.mjs', import.meta.url)), context]);
  const carried = readFileSync(join(context, 'LICENSE'), 'utf8');
  expect(carried).toBe(readFileSync(new URL('../../LICENSE', import.meta.url), 'utf8'));
  const [name, version] = license.split('-');
  expect(carried).toMatch(new RegExp(`${name} License\\s+Version ${version}`));
});
