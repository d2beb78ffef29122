/** The operations page lists what the code has, and nothing that it does not have. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agentSettings } from '../../agent/settings.ts';
import { Counters } from '../../coordinator/evaluation/counters.ts';
import { coordinatorSettings } from '../../coordinator/settings.ts';
import { localSettings } from '../../deploy/local/settings.ts';
import { ERROR_KINDS } from '../../shared/errors.ts';
import { AGENT_METRICS, COORDINATOR_METRICS, metricTable } from '../../shared/operations/metric-catalogue.ts';
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

  it.each([
    ['the coordinator', COORDINATOR_METRICS],
    ['the agent', AGENT_METRICS],
  ])('holds the metrics of %s as the catalogue has them', (_program, metrics) => {
    expect(page).toContain(metricTable(metrics));
  });

  it('names no metric that does not exist', () => {
    const known = new Set([...Object.keys(COORDINATOR_METRICS), ...Object.keys(AGENT_METRICS)]);
    const named = [...page.matchAll(/`((?:rollcall|process)_[a-z_]+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(known.size);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('names every counter', () => {
    const unnamed = Object.keys(new Counters().toRecord()).filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    expect(unnamed).toEqual([]);
  });
});
