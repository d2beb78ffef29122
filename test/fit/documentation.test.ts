/** docs/placement.md lists every code of a reason why a daemon pod does not fit, and no other. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIT_REASON_CODES } from '../../shared/model/fit-result.ts';

it('names every reason why a daemon pod does not fit', () => {
  const page = readFileSync(new URL('../../docs/placement.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Fit'), page.indexOf('## Reasons'));
  const codes = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(codes).toEqual([...FIT_REASON_CODES]);
});
