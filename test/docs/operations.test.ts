/** The operations page lists what the code has, and nothing that it does not have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentSettings } from '../../agent/settings.ts';
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { coordinatorSettings } from '../../coordinator/settings.ts';
import { localSettings } from '../../deploy/local/settings.ts';
import { ERROR_KINDS } from '../../shared/errors.ts';
import { markdownTable } from '../../shared/settings/describe.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

describe('docs/operations.md', () => {
  it('lists every error with its status, exit code and help', () => {
    const rows = Object.entries(ERROR_KINDS).map(
      ([reason, { status, exitCode, retryable, help }]) =>
        `| ${reason} | ${status} | ${exitCode} | ${retryable ? 'yes' : 'no'} | ${help} |`,
    );
    const listed = page.split('\n').filter((line) => /^\| [A-Z_]+ \| [A-Z_]+ \|/.test(line));
    expect(listed).toEqual(rows);
  });

  it.each([
    ['the coordinator', markdownTable(coordinatorSettings)],
    ['the agent', markdownTable(agentSettings)],
    ['npm start', markdownTable(localSettings)],
  ])('holds the settings of %s as their table says', (_program, table) => {
    expect(page).toContain(table);
  });

  it('names every counter', () => {
    const unnamed = Object.keys(new Counters().toRecord()).filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    expect(unnamed).toEqual([]);
  });
});
