/** `rollcall plan` with files: output and exit codes. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { DaemonSet } from '../../../shared/kubernetes/objects.ts';
import { daemonSet, node } from '../../plan/objects.ts';
import { runCli } from '../run-cli.ts';
import { CACHE, EVERYWHERE, files, list, NODES, planOn, TAINT } from './plan-files.ts';

describe('rollcall plan', () => {
  it('prints where DaemonSets would run, and why not elsewhere', async () => {
    const { exitCode, stdout, stderr } = await planOn(files());
    expect(stderr).toBe('');
    expect(stdout).toBe(`2 DaemonSets on 5 nodes

DAEMONSET            RUN   KEEP   NONE
default/cache        2     1      2
default/everywhere   5     0      0

default/cache
  run    2 nodes
         worker-1, worker-2
  keep   1 node: taint dedicated=gpu:NoSchedule is not tolerated
         gpu-1
  none   1 node: label disktype is not 'ssd'
         worker-3
  none   1 node: label disktype is missing (expected disktype=ssd)
         worker-4

default/everywhere
  run    5 nodes
         gpu-1, worker-1, worker-2, worker-3, worker-4
`);
    expect(exitCode).toBe(0);
  });

  it('prints what stops if a label is removed from all nodes, and exits with code 1', async () => {
    const { exitCode, stdout } = await planOn(files(), '--remove-label', 'disktype');
    expect(stdout).toBe(`1 DaemonSet would change on 3 nodes: 2 daemon pods stopped, 0 started.

default/cache   run 2 → 0   keep 1 → 0
  run → none    would stop on 2 nodes: label disktype is missing (expected disktype=ssd)
                worker-1, worker-2
  keep → none   could no longer stay on 1 node: label disktype is missing (expected disktype=ssd)
                gpu-1
`);
    expect(exitCode).toBe(1);
  });

  it('exits with code 0 if nothing changes', async () => {
    const { exitCode, stdout } = await planOn(files(), '--cordon', 'worker-1');
    expect(stdout).toBe('No changes.\n');
    expect(exitCode).toBe(0);
  });

  it('compares with older manifests, even if only the template changes', async () => {
    const path = files({
      'new.json': list([
        daemonSet('cache', { nodeSelector: { disktype: 'hdd' } }),
        daemonSet('everywhere', { tolerations: [{ operator: 'Exists' }] }, 'example.org/agent:2'),
      ]),
    });
    const options = ['-f', path('new.json'), '--against', path('ds.json'), '--nodes', path('nodes.json')];
    const { exitCode, stdout } = await runCli(['plan', ...options]);
    expect(stdout).toBe(`2 DaemonSets would change on 4 nodes: 2 daemon pods stopped, 1 started, 5 replaced.

default/cache   run 2 → 1   keep 1 → 0
  template changes in spec.nodeSelector.disktype
  run → none    would stop on 2 nodes: label disktype is not 'hdd'
                worker-1, worker-2
  keep → none   could no longer stay on 1 node: label disktype is not 'hdd'
                gpu-1
  none → run    would start on 1 node: previously, label disktype is not 'ssd'
                worker-3

default/everywhere   run 5
  template changes in spec.containers[0].image: 5 daemon pods would be replaced
`);
    expect(exitCode).toBe(1);
  });

  it('applies all simulated changes to the selected nodes', async () => {
    const path = files({ 'more.json': list([node('worker-9', { disktype: 'ssd' })]) });
    const options = ['--add-node', path('more.json'), '--drop-node', 'worker-1', '--node', 'worker-4'];
    const what = ['--set-label', 'disktype=ssd', '--add-taint', 'dedicated=db:NoExecute'];
    const { stdout } = await planOn(path, ...options, ...what);
    expect(stdout).toBe(`2 DaemonSets would change on 2 nodes: 2 daemon pods stopped, 2 started.

default/cache   run 2   keep 1
  run → none    would stop on 1 node: the node is deleted
                worker-1
  none → run    would start on 1 node: the node is new
                worker-9

default/everywhere   run 5
  run → none    would stop on 1 node: the node is deleted
                worker-1
  none → run    would start on 1 node: the node is new
                worker-9
`);
  });

  it('selects nodes by label selector, and removes taints like kubectl', async () => {
    const { stdout } = await planOn(files(), '-l', 'disktype in (ssd)', '--remove-taint', 'dedicated:NoSchedule-');
    expect(stdout).toContain(`default/cache   run 2 → 3   keep 1 → 0
  keep → run    would start on 1 node: previously, taint dedicated=gpu:NoSchedule is not tolerated
                gpu-1
`);
  });

  it('reads DaemonSets and nodes from standard input as YAML documents', async () => {
    const stdin = [CACHE, ...NODES].map((object) => `---\n${stringify(object)}`).join('');
    const { exitCode, stdout } = await runCli(['plan', '-f', '-'], { stdin });
    expect(stdout).toMatch(/^1 DaemonSet on 5 nodes\n/);
    expect(exitCode).toBe(0);
  });

  it('prints every node of every group in JSON', async () => {
    const { stdout } = await planOn(files(), '--remove-label', 'disktype', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      changed: true,
      revision: null,
      daemonSets: [
        {
          daemonSet: 'default/cache',
          before: { run: 2, keep: 1 },
          after: { run: 0, keep: 0 },
          templateChanged: false,
          groups: [
            {
              from: 'run',
              to: 'none',
              reason: 'label disktype is missing (expected disktype=ssd)',
              reasons: [{ code: 'NODE_SELECTOR_LABEL_MISSING', expected: 'disktype=ssd' }],
              nodes: ['worker-1', 'worker-2'],
            },
            { from: 'keep', to: 'none', nodes: ['gpu-1'] },
          ],
        },
        { daemonSet: 'default/everywhere', groups: [] },
      ],
      warnings: [],
    });
  });

  it('prints some nodes of a large group, and all of them with -o wide', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => node(`n${String(index).padStart(4, '0')}`));
    const path = files({ 'nodes.json': list(many) });
    const short = await planOn(path);
    expect(short.stdout).toContain('  run    5000 nodes\n         n0000, n0001, n0002, n0003, n0004 and 4995 more\n');
    expect((await planOn(path, '-o', 'wide')).stdout).toContain('n4998, n4999');
  });
});

describe('rollcall plan with the dump of a whole cluster', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' } } as DaemonSet;
  const dump = list([CACHE, EVERYWHERE, ...NODES, pod]);

  it('ignores other kinds without a warning', async () => {
    const { stdout, stderr, exitCode } = await runCli(['plan', '-f', '-'], { stdin: dump });
    expect(stdout).toMatch(/^2 DaemonSets on 5 nodes\n/);
    expect(stdout).not.toContain('Warnings');
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  it('warns about a file that contains only other kinds', async () => {
    const path = files({ 'pods.json': list([pod, pod]) });
    const { stdout } = await planOn(path, '-f', path('pods.json'));
    expect(stdout).toContain(
      `! ${path('pods.json')} was ignored because it contains no DaemonSet and no Node; it contains 2 Pods (OtherKinds)`,
    );
  });

  it('takes DaemonSets from -f and nodes from --nodes if both files contain both', async () => {
    const path = files({ 'dump.json': dump });
    const options = ['-f', path('ds.json'), '--against', path('dump.json'), '--nodes', path('dump.json')];
    const { stdout, stderr, exitCode } = await runCli(['plan', ...options]);
    expect([stdout, stderr, exitCode]).toEqual(['No changes.\n', '', 0]);
  });

  it('prints what stops if only the old manifests contain a DaemonSet', async () => {
    const path = files({ 'dump.json': dump, 'new.json': list([CACHE]) });
    const { stdout, exitCode } = await runCli(['plan', '-f', path('new.json'), '--against', path('dump.json')]);
    expect(stdout).toBe(`1 DaemonSet would change on 5 nodes: 5 daemon pods stopped, 0 started.

default/everywhere   run 5 → 0
  run → none    would stop on 5 nodes: the DaemonSet is deleted
                gpu-1, worker-1, worker-2, worker-3, worker-4
`);
    expect(exitCode).toBe(1);
  });

  it('prints the largest groups of each verdict, and all of them with -o wide', async () => {
    const tainted = Array.from({ length: 9 }, (_, index) => node(`t${index}`, {}, [{ ...TAINT, value: `v${index}` }]));
    const path = files({ 'ds.json': list([daemonSet('plain')]), 'nodes.json': list(tainted) });
    const short = await planOn(path);
    expect(short.stdout.match(/ {2}keep /g)).toHaveLength(6);
    expect(short.stdout).toContain('  and 3 more combinations of reasons on 3 nodes; use -o wide to list all\n');
    const wide = await planOn(path, '-o', 'wide');
    expect(wide.stdout.match(/ {2}keep /g)).toHaveLength(9);
    expect(wide.stdout).not.toContain('more combinations');
  });
});
