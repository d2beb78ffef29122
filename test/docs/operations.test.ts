/** The tables in docs/operations.md equal those in the code. */
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
  it('lists every error with its status, exit code and help text', () => {
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
  ])('lists the settings of %s', (_program, table) => {
    expect(page).toContain(table);
  });

  it.each([
    ['the coordinator', COORDINATOR_METRICS],
    ['the agent', AGENT_METRICS],
  ])('lists the metrics of %s', (_program, metrics) => {
    expect(page).toContain(metricTable(metrics));
  });

  it('mentions no metric that does not exist', () => {
    const known = new Set([...Object.keys(COORDINATOR_METRICS), ...Object.keys(AGENT_METRICS)]);
    const named = [...page.matchAll(/`((?:rollcall|process)_[a-z_]+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(known.size);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('mentions every counter', () => {
    const unnamed = Object.keys(new Counters().toRecord()).filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    expect(unnamed).toEqual([]);
  });
});
