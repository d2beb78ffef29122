/** The example alerts: promtool runs their tests, and their metrics and runbooks exist. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AGENT_METRICS, COORDINATOR_METRICS } from '../../shared/operations/metric-catalogue.ts';
import { findPromtool } from './promtool.ts';

const ALERTS = fileURLToPath(new URL('../../deploy/alerts/', import.meta.url));
const RUNBOOKS = readFileSync(new URL('../../docs/runbooks.md', import.meta.url), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly runbook: string };
}

const rules = (
  parse(readFileSync(`${ALERTS}rollcall.rules.yaml`, 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const tests = readFileSync(`${ALERTS}rollcall.rules.test.yaml`, 'utf8');
const promtool = findPromtool();

if ('missing' in promtool) {
  process.stderr.write(`\n!!! THE ALERTS WERE NOT TESTED: ${promtool.missing}\n\n`);
}

describe('the alerts', () => {
  it.skipIf('missing' in promtool).each([
    ['are valid', 'check', 'rollcall.rules.yaml'],
    ['fire for stuck states and do not fire for progress or new nodes', 'test', 'rollcall.rules.test.yaml'],
  ])('%s', (_what, verb, file) => {
    const program = 'path' in promtool ? promtool.path : '';
    const { status, stdout, stderr } = spawnSync(program, [verb, 'rules', file], {
      cwd: ALERTS,
      encoding: 'utf8',
    });
    expect(`${stdout}${stderr}`).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it('each have a test', () => {
    expect(rules.filter(({ alert }) => !tests.includes(`alertname: ${alert}\n`)).map(({ alert }) => alert)).toEqual([]);
  });

  it('each have a runbook with the same name, and there are no other runbooks', () => {
    const sections = [...RUNBOOKS.matchAll(/^## (\w+)$/gm)].map(([, name = '']) => name);
    expect(sections).toEqual(rules.map(({ alert }) => alert));
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
    }
  });

  it('use only metrics that exist', () => {
    const known = new Set([...Object.keys(COORDINATOR_METRICS), ...Object.keys(AGENT_METRICS)]);
    const asked = rules.flatMap(({ expr }) => expr.match(/\brollcall_[a-z_]+/g) ?? []);
    expect(asked.length).toBeGreaterThan(rules.length - 1);
    expect(asked.map((name) => name.replace(/_(bucket|count|sum)$/, '')).filter((name) => !known.has(name))).toEqual(
      [],
    );
  });
});
