/** How events are printed, and which characters reach the terminal. */
import { describe, expect, it } from 'vitest';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { NOW_MS, node, STATUS } from './cluster-data.ts';
import { type CliOptions, runCli } from './run-cli.ts';
import { answer, server } from './small-cluster.ts';

describe('rollcall history', () => {
  it('prints each event with its cause on one line', async () => {
    expect(await answer('history')).toBe(`\
2026-03-14T15:07:26Z     312  kube-system/fluentd on gpu-1: run → keep, because node gpu-1: taint gpu:NoSchedule added, by gpu-1.yaml
2026-03-14T15:07:26Z     311  node gpu-1: taint gpu:NoSchedule added
`);
  });

  it('sends every filter', async () => {
    server.asked.length = 0;
    await answer(
      'history --daemonset kube-system/fluentd --node gpu-1 --kind drift --kind decision --limit 2 --oldest-first',
    );
    expect(server.asked[0]?.request).toMatchObject({
      daemonSet: { namespace: 'kube-system', name: 'fluentd' },
      nodeName: 'gpu-1',
      kinds: ['EVENT_KIND_DECISION', 'EVENT_KIND_DRIFT'],
      pageSize: 2,
      oldestFirst: true,
    });
  });
});

describe('text from files and agents', () => {
  it('cannot move the cursor', async () => {
    const hostile = await FakeQueryServer.start({
      ...server.answers,
      GetStatus: () => ({ ...STATUS, problems: ['before\u001b[2J\u0007after'] }),
      ListNodes: () => ({
        nodes: [node('gpu-1', { presence: 'PRESENCE_PRESENT', problem: 'one\u001b[1Atwo\nthree' })],
      }),
    });
    const { stdout } = await runCli(['status', '--server', hostile.address], { nowMs: NOW_MS });
    hostile.stop();
    expect(stdout).toContain('before [2J after');
    expect(stdout).toContain('0       one [1Atwo three\n');
    expect(stdout).toContain('node gpu-1: one [1Atwo three\n');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toContain('\u0007');
  });
});

describe('colors', () => {
  const isColored = (text: string) => text.includes('\u001b[');

  it.each<[boolean, string, CliOptions]>([
    [true, 'nodes', { isTTY: true }],
    [false, 'nodes', { isTTY: false }],
    [false, 'nodes --no-color', { isTTY: true }],
    [false, 'nodes', { isTTY: true, environment: { NO_COLOR: '1' } }],
    [false, 'nodes', { isTTY: true, environment: { TERM: 'dumb' } }],
  ])('are used: %j, for %s with %j', async (expected, line, options) => {
    expect(isColored(await answer(line, options))).toBe(expected);
  });
});
