/** Credentials that the CLI reads from files. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMaterial } from '../../../cli/connect/security.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';

test('reads the token file for every call, and keeps the last token if the file is missing', async () => {
  const tokenFile = join(temporaryFolder(), 'token');
  writeFileSync(tokenFile, 'first\n');
  const { token } = readMaterial({ tokenFile });
  expect(await token?.()).toBe('first');
  writeFileSync(tokenFile, 'second\n');
  expect(await token?.()).toBe('second');
  rmSync(tokenFile);
  expect(await token?.()).toBe('second');
});
