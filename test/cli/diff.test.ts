/** `rollcall diff`: compares the placements at two moments. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffPlacementsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/DiffPlacementsRequest.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { EVENTS, NOW_MS } from './cluster-data.ts';
import { runCli } from './run-cli.ts';

const HOUR_MS = 3_600_000;
const MOMENTS = {
  from: { revision: 100, time: timeToWire(NOW_MS - HOUR_MS) },
  to: { revision: 312, time: timeToWire(NOW_MS) },
};
const DIFFERENCES = [
  {
    daemonSet: { namespace: 'kube-system', name: 'fluentd' },
    node: { name: 'gpu-1' },
    before: 'VERDICT_RUN',
    after: 'VERDICT_KEEP',
    decision: EVENTS[1],
    decisionCount: 3,
  },
  {
    daemonSet: { namespace: 'kube-system', name: 'proxy' },
    node: { name: 'old' },
    before: 'VERDICT_RUN',
    decisionCount: 1,
  },
];

let server: FakeQueryServer;

beforeAll(async () => {
  server = await FakeQueryServer.start({
    DiffPlacements: ({ nodeName, pageToken }: DiffPlacementsRequest__Output) => {
      if (nodeName === 'same') return MOMENTS;
      const differences = pageToken === '' ? DIFFERENCES.slice(0, 1) : DIFFERENCES.slice(1);
      return { ...MOMENTS, differences, nextPageToken: pageToken === '' ? 'second' : '' };
    },
  });
});

afterAll(() => server.stop());

function diff(line: string) {
  server.asked.length = 0;
  return runCli(['diff', ...line.split(' '), '--server', server.address], { nowMs: NOW_MS });
}

describe('rollcall diff', () => {
  it('prints each placement with its last decision and the cause, and exits with code 1', async () => {
    expect(await diff('--from -1h')).toEqual({
      exitCode: 1,
      stderr: '',
      stdout: `\
2026-03-14T14:09:26Z (revision 100) → 2026-03-14T15:09:26Z (revision 312): 2 placements of 2 DaemonSets differ

DAEMONSET             NODE    PLACEMENT       WHEN                   REVISION   CAUSE
kube-system/fluentd   gpu-1   run → keep      2026-03-14T15:07:26Z   312        node gpu-1: taint gpu:NoSchedule added, by gpu-1.yaml
kube-system/proxy     old     run → removed   -                      -          -
`,
    });
  });

  it('exits with code 0 if nothing differs', async () => {
    expect(await diff('--from -1h --node same')).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: '2026-03-14T14:09:26Z (revision 100) → 2026-03-14T15:09:26Z (revision 312): no placement differs\n',
    });
  });

  it('sends both moments and the filters', async () => {
    await diff('--from revision:100 --to 2026-03-14T15:00Z -n kube-system');
    expect(server.asked[0]?.request).toMatchObject({
      from: { revision: '100' },
      to: { time: timeToWire(Date.parse('2026-03-14T15:00:00Z')) },
      namespace: 'kube-system',
    });
  });

  it('counts the decisions in JSON, and uses null for a placement that does not exist', async () => {
    const { stdout } = await diff('--from -1h -o json');
    expect(JSON.parse(stdout)).toMatchObject({
      from: { revision: 100 },
      differences: [
        { before: 'run', after: 'keep', decisions: 3, decision: { revision: 312, engineVersion: '2' } },
        { before: 'run', after: null, decision: null },
      ],
    });
  });

  it.each([
    ['--to -1h', "required option '--from <moment>' not specified"],
    ['--from now', '--from must be earlier than now'],
    ['--from 2026-03-14T25:00', "invalid value '2026-03-14T25:00' for --from: the hour must be 00 to 23"],
  ])('rejects %s with one sentence and exit code 2', async (line, sentence) => {
    expect(await diff(line)).toEqual({ exitCode: 2, stdout: '', stderr: `rollcall: ${sentence}\n` });
  });
});
