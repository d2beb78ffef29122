/** docs/cli.md documents every command, option, exit code and field, and no others. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { createProgram } from '../../cli/program.ts';
import { systemClock } from '../../shared/clock.ts';
import { EXIT } from '../../shared/errors.ts';
import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import { daemonSet, node } from '../plan/objects.ts';
import { runCli } from './run-cli.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

const NOWHERE: Io = {
  stdout: { write: () => {} },
  stderr: { write: () => {} },
  readStdin: () => Promise.resolve(new Uint8Array()),
  environment: {},
  isTTY: false,
  isErrorTTY: false,
  columns: undefined,
  fileExists: () => false,
  clock: systemClock,
  timeZone: 'UTC',
  untilInterrupted: () => new AbortController().signal,
};

const program = createProgram(NOWHERE, () => {});
const commands = program
  .createHelp()
  .visibleCommands(program)
  .flatMap((command) => [command, ...command.commands]);
const options = [program, ...commands].flatMap((command) => command.options.map(({ long }) => long ?? ''));

describe('docs/cli.md', () => {
  it('documents every command', () => {
    const missing = commands
      .map((command) => (command.parent === program ? '' : `${command.parent?.name()} `) + command.name())
      .filter((name) => !page.includes(`\`${name}`) && !page.includes(`rollcall ${name}`));
    expect(commands.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  it('documents every option and no others', () => {
    const documented = new Set(
      [...page.matchAll(/`[^`\n]*`/g)].flatMap(([code]) => code.match(/--[a-z][a-z-]*/g) ?? []),
    );
    const known = new Set([...options, '--help']);
    expect([...known].filter((option) => !documented.has(option))).toEqual([]);
    expect([...documented].filter((option) => !known.has(option))).toEqual([]);
  });

  it('documents every kind of drift', () => {
    const [section = ''] = (page.split('\n## drift\n')[1] ?? '').split('\n## ');
    expect([...section.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, kind]) => kind)).toEqual([...DRIFT_KINDS]);
  });

  it('documents every exit code', () => {
    const documented = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(documented).toEqual(Object.values(EXIT).toSorted((left, right) => left - right));
  });

  it('documents every field of a plan', async () => {
    const objects = [daemonSet('cache', { nodeSelector: { disk: 'ssd' } }), node('a', { disk: 'ssd' })];
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const placements = await runCli(['plan', '-f', '-', '-o', 'json'], { stdin });
    const difference = await runCli(['plan', '-f', '-', '-o', 'json', '--remove-label', 'disk'], { stdin });
    const shapes = page.slice(page.indexOf('## JSON and YAML'));
    const fields = [...fieldsOf(JSON.parse(placements.stdout)), ...fieldsOf(JSON.parse(difference.stdout))];
    expect(fields).toContain('templateChanged');
    expect(fields.filter((field) => !shapes.includes(`\`${field}`))).toEqual([]);
  });
});

function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => [name, ...fieldsOf(field)]);
}
