/** docs/placement.md lists every reason code of fit, and no other codes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIT_REASON_CODES } from '../../shared/model/fit-result.ts';

it('lists every reason code of fit, and no other codes', () => {
  const page = readFileSync(new URL('../../docs/placement.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Fit'), page.indexOf('## Reasons'));
  const codes = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(codes).toEqual([...FIT_REASON_CODES]);
});
