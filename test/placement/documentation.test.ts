/** Compares docs/placement.md with the engine: its table of codes and its example. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { compilePlacement, evaluatePlacement, REASON_CODES } from '../../shared/placement/index.ts';

const page = readFileSync(new URL('../../docs/placement.md', import.meta.url), 'utf8');

test('the page lists every reason code with its meaning, and no other', () => {
  const reasons = page.slice(page.indexOf('## Reasons'));
  const rows = [...reasons.matchAll(/^\| `([A-Z_]+)` \| (.*) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(REASON_CODES));
});

test('the example on the page prints the output on the page', () => {
  const example = blockOf('js').replace(/^import .*$/m, '');
  const lines: string[] = [];
  const log = (line: unknown): void => {
    lines.push(String(line));
  };
  runInNewContext(example, { compilePlacement, evaluatePlacement, console: { log } });
  expect(lines.join('\n')).toBe(blockOf('text'));
});

function blockOf(language: string): string {
  const block = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)\\n\`\`\`$`, 'm').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/placement.md has no ${language} block`);
  return block;
}
