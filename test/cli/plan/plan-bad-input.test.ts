/** `rollcall plan` with input that cannot be meant: one sentence each, an exit code above 1, and nothing planned. */
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

  it('lists every cause with its file and field, plans nothing, and ends with 2', async () => {
    const path = files({ 'bad.yaml': broken });
    const { exitCode, stdout, stderr } = await planOn(path, '-f', path('bad.yaml'));
    expect(stdout).toBe('');
    expect(stderr).toContain(`rollcall: ${path('bad.yaml')}:1: metadata.name: `);
    expect(stderr).toContain('spec.template.metadata.labels: ');
    expect(stderr).toMatch(
      /nothing was planned because of \d problems; correct the manifests, or leave them out with --skip-invalid\n$/,
    );
    expect(exitCode).toBe(2);
  });

  it('plans the others with --skip-invalid', async () => {
    const path = files({ 'bad.yaml': broken });
    const { exitCode, stdout, stderr } = await planOn(path, '-f', path('bad.yaml'), '--skip-invalid');
    expect(stderr).toContain('bad.yaml:1: metadata.name');
    expect(stdout).toMatch(/^2 DaemonSets on 5 nodes\n/);
    expect(exitCode).toBe(0);
  });

  it('does not take a DaemonSet for gone that it had to leave out', async () => {
    const old = { ...CACHE, metadata: { name: 'cache', namespace: 'default' } };
    const bad = { ...old, spec: { ...old.spec, selector: {} } };
    const path = files({ 'new.json': list([bad, EVERYWHERE]) });
    const options = ['-f', path('new.json'), '--against', path('ds.json'), '--nodes', path('nodes.json')];
    const { exitCode, stdout, stderr } = await runCli(['plan', ...options, '--skip-invalid']);
    expect(stderr).toContain('spec.selector');
    expect([stdout, exitCode]).toEqual(['Nothing changes.\n', 0]);
  });

  it('names both places of two DaemonSets of one name', async () => {
    const path = files({ 'again.json': list([CACHE]) });
    const { exitCode, stderr } = await planOn(path, '-f', path('again.json'));
    expect(stderr).toContain(`DaemonSet default/cache is at ${path('ds.json')}`);
    expect(stderr).toContain(`and again at ${path('again.json')}`);
    expect(exitCode).toBe(2);
  });

  it.each([
    [['--cordon'], '--cordon needs to know which nodes: --cordon NAME, --node NAME or --selector SELECTOR'],
    [['--drop-node'], '--drop-node needs to know which nodes'],
    [['--node', 'worker-1'], '--node and --selector say which nodes a what-if changes, but there is none; add one'],
    [['--node', 'a', '-l', 'b', '--cordon'], '--node and --selector cannot be used together; choose one'],
    [['--set-label', 'x'], "the label 'x' cannot be used: write key=value"],
    [['--remove-label', 'x=y'], "the label 'x=y' cannot be used: a label is removed by its key alone; write x"],
    [
      ['--selector', 'pool=none', '--cordon'],
      "no node matches the selector 'pool=none', so there is nothing to change",
    ],
    [['--against', '/does/not/exist'], '/does/not/exist cannot be read: it does not exist'],
    [['-f', '-', '--against', '-'], 'standard input can be read once; give - to one option only'],
    [['--selecter', 'x'], "unknown option '--selecter'; did you mean --selector?"],
  ])('%j is refused in one sentence with exit code 2', async (more, sentence) => {
    const { exitCode, stdout, stderr } = await planOn(files(), ...more);
    expect(stderr).toMatch(/^rollcall: [^\n]*\n$/);
    expect(stderr).toContain(sentence);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  it('calls standard input by its name', async () => {
    const outcome = await runCli(['plan', '-f', '-'], { stdin: JSON.stringify(node('a')) });
    expect(outcome.stderr).toContain('there is no DaemonSet in standard input; give');
    expect(outcome.exitCode).toBe(2);
  });

  it('suggests the nearest node, and ends with 3', async () => {
    const { exitCode, stderr } = await planOn(files(), '--drop-node', 'wroker-1');
    expect(stderr).toBe('rollcall: there is no node wroker-1; did you mean worker-1?\n');
    expect(exitCode).toBe(3);
  });

  it('says which files hold no DaemonSet, no node, or nothing to read', async () => {
    const path = files();
    mkdirSync(path('empty'));
    const cases = [
      [
        ['-f', path('nodes.json')],
        `there is no DaemonSet in ${path('nodes.json')}; give a file that holds some with -f`,
      ],
      [['-f', path('ds.json'), '--nodes', path('ds.json')], `there are no nodes in ${path('ds.json')}; give what`],
      [['-f', path('empty')], `folder ${path('empty')} holds no .yaml, .yml or .json file`],
    ] as const;
    for (const [options, sentence] of cases) {
      const { exitCode, stderr } = await runCli(['plan', ...options]);
      expect(stderr).toContain(sentence);
      expect(exitCode).toBe(2);
    }
  });
});
