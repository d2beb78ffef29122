/** What the command line proves itself with, read where the user names it. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMaterial } from '../../../cli/connect/security.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';

test('a token file is read anew for every question, and what was read last counts while there is none', async () => {
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, 'first\n');
  const { token } = readMaterial({ tokenFile });
  expect(await token?.()).toBe('first');
  writeFileSync(tokenFile, 'second\n');
  expect(await token?.()).toBe('second');
  rmSync(tokenFile);
  expect(await token?.()).toBe('second');
});
