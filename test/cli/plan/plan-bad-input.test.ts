/** `rollcall plan` with invalid input: one sentence, an exit code above 1, and no plan. */
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { node } from '../../plan/objects.ts';
import { runCli } from '../run-cli.ts';
import { CACHE, EVERYWHERE, files, list, planOn } from './plan-files.ts';

describe('rollcall plan with bad input', () => {
  const broken = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: Bad_Name}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: c}}, spec: {containers: [{name: x, image: example.org/x:1}]}}}
`;

  it('prints every problem with its file and field, and exits with code 2', async () => {
    const path = files({ 'bad.yaml': broken });
    const { exitCode, stdout, stderr } = await planOn(path, '-f', path('bad.yaml'));
    expect(stdout).toBe('');
    expect(stderr).toContain(`rollcall: ${path('bad.yaml')}:1: metadata.name: `);
    expect(stderr).toContain('spec.template.metadata.labels: ');
    expect(stderr).toMatch(
      /\d problems found, nothing was planned; correct the manifests, or skip them with --skip-invalid\n$/,
    );
    expect(exitCode).toBe(2);
  });

  it('plans the valid manifests with --skip-invalid', async () => {
    const path = files({ 'bad.yaml': broken });
    const { exitCode, stdout, stderr } = await planOn(path, '-f', path('bad.yaml'), '--skip-invalid');
    expect(stderr).toContain('bad.yaml:1: metadata.name');
    expect(stdout).toMatch(/^2 DaemonSets on 5 nodes\n/);
    expect(exitCode).toBe(0);
  });

  it('does not report a skipped DaemonSet as deleted', async () => {
    const old = { ...CACHE, metadata: { name: 'cache', namespace: 'default' } };
    const bad = { ...old, spec: { ...old.spec, selector: {} } };
    const path = files({ 'new.json': list([bad, EVERYWHERE]) });
    const options = ['-f', path('new.json'), '--against', path('ds.json'), '--nodes', path('nodes.json')];
    const { exitCode, stdout, stderr } = await runCli(['plan', ...options, '--skip-invalid']);
    expect(stderr).toContain('spec.selector');
    expect([stdout, exitCode]).toEqual(['No changes.\n', 0]);
  });

  it('prints both locations of a duplicate DaemonSet', async () => {
    const path = files({ 'again.json': list([CACHE]) });
    const { exitCode, stderr } = await planOn(path, '-f', path('again.json'));
    expect(stderr).toContain(`DaemonSet default/cache is defined at ${path('ds.json')}`);
    expect(stderr).toContain(`and again at ${path('again.json')}`);
    expect(exitCode).toBe(2);
  });

  it.each([
    [['--cordon'], '--cordon requires a node; use --cordon NAME, --node NAME or --selector SELECTOR'],
    [['--drop-node'], '--drop-node requires a node'],
    [['--node', 'worker-1'], '--node and --selector require a simulated change such as --set-label; add one'],
    [['--node', 'a', '-l', 'b', '--cordon'], '--node and --selector cannot be used together; use one of them'],
    [['--set-label', 'x'], "invalid label 'x': use the form key=value"],
    [['--remove-label', 'x=y'], "invalid label 'x=y': to remove a label, specify only its key: x"],
    [
      ['--selector', 'pool=none', '--cordon'],
      "no node matches the selector 'pool=none', so there is nothing to change",
    ],
    [['--against', '/does/not/exist'], 'cannot read /does/not/exist: no such file or directory'],
    [['-f', '-', '--against', '-'], 'standard input can be read only once; use - for one option only'],
    [['--selecter', 'x'], "unknown option '--selecter'; did you mean --selector?"],
  ])('rejects %j with one sentence and exit code 2', async (more, sentence) => {
    const { exitCode, stdout, stderr } = await planOn(files(), ...more);
    expect(stderr).toMatch(/^rollcall: [^\n]*\n$/);
    expect(stderr).toContain(sentence);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  it('refers to standard input by name', async () => {
    const outcome = await runCli(['plan', '-f', '-'], { stdin: JSON.stringify(node('a')) });
    expect(outcome.stderr).toContain('no DaemonSet found in standard input; specify');
    expect(outcome.exitCode).toBe(2);
  });

  it('suggests the most similar node and exits with code 3', async () => {
    const { exitCode, stderr } = await planOn(files(), '--drop-node', 'wroker-1');
    expect(stderr).toBe('rollcall: there is no node wroker-1; did you mean worker-1?\n');
    expect(exitCode).toBe(3);
  });

  it('reports files without DaemonSets, without nodes, and empty directories', async () => {
    const path = files();
    mkdirSync(path('empty'));
    const cases = [
      [
        ['-f', path('nodes.json')],
        `no DaemonSet found in ${path('nodes.json')}; specify a file with DaemonSets with -f`,
      ],
      [['-f', path('ds.json'), '--nodes', path('ds.json')], `no nodes found in ${path('ds.json')}; specify the output`],
      [['-f', path('empty')], `directory ${path('empty')} contains no .yaml, .yml or .json file`],
    ] as const;
    for (const [options, sentence] of cases) {
      const { exitCode, stderr } = await runCli(['plan', ...options]);
      expect(stderr).toContain(sentence);
      expect(exitCode).toBe(2);
    }
  });
});
