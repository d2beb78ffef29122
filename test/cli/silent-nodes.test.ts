/** The last reports of absent agents are marked as such, and DaemonSets that no node matches are listed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { DAEMON_SETS, NODES, NOW_MS, PLACEMENTS, STATUS } from './cluster-data.ts';
import { runCli } from './run-cli.ts';

const READY = [{ podName: 'fluentd-x2b9k', phase: 'POD_PHASE_RUNNING', ready: true }] as const;
const ON_GPU_1 = { ...PLACEMENTS[0], pods: READY };
const ON_WORKER_2 = { ...PLACEMENTS[0], node: { name: 'worker-2' }, pods: READY };
const ON_WORKER_3 = { ...PLACEMENTS[0], node: { name: 'worker-3' }, pods: READY };
const [, , WORKER_2] = NODES;
const SILENT = { presence: 'PRESENCE_ABSENT', lastSeenTime: WORKER_2?.lastSeenTime ?? null } as const;

let server: FakeQueryServer;

beforeAll(async () => {
  server = await FakeQueryServer.start({
    GetDaemonSet: () => ({ daemonSet: DAEMON_SETS[0] }),
    GetNode: () => ({ node: WORKER_2 }),
    ListPlacements: ({ nodeName }: { nodeName: string }) => ({
      placements: nodeName === '' ? [ON_GPU_1, ON_WORKER_2] : [ON_WORKER_2],
    }),
    ListAgents: () => ({
      agents: [
        { node: { name: 'gpu-1' }, presence: 'PRESENCE_PRESENT' },
        { node: { name: 'worker-2' }, ...SILENT },
        { node: { name: 'worker-3' }, ...SILENT },
      ],
    }),
  });
});

afterAll(() => server.stop());

async function ask(line: string, address = server.address): Promise<string> {
  return (await runCli([...line.split(' '), '--server', address], { nowMs: NOW_MS })).stdout;
}

describe('the daemon pods of an absent node', () => {
  it('are marked as last reported', async () => {
    const answer = await ask('node/worker-2');
    expect(answer).toContain(`
The agent of worker-2 has been absent for 30m; ? marks the last reported state.

DAEMONSET             VERDICT   FITS   POD      DRIFT   SINCE   REASON
kube-system/fluentd   keep      yes    Ready?   -       1h      Taint`);
  });

  it('are distinguished from those of present nodes', async () => {
    const answer = await ask('daemonset/fluentd');
    expect(answer).toContain(`
The agent of worker-2 has been absent for 30m; ? marks the last reported state.

NODE       VERDICT   FITS   POD      DRIFT   SINCE   REASON
gpu-1      keep      yes    Ready    -       1h      Taint gpu:NoSchedule is not tolerated; 1 more reason
worker-2   keep      yes    Ready?   -       1h      Taint gpu:NoSchedule is not tolerated; 1 more reason
`);
  });

  it('share one line for several nodes', async () => {
    const several = await FakeQueryServer.start({
      ...server.answers,
      ListPlacements: () => ({ placements: [ON_GPU_1, ON_WORKER_2, ON_WORKER_3] }),
    });
    const answer = await ask('daemonset/fluentd', several.address);
    several.stop();
    expect(answer).toContain(
      '\n2 agents have been absent: worker-2 for 30m, worker-3 for 30m; ? marks the last reported state.\n',
    );
  });
});

describe('a DaemonSet that selects no node', () => {
  const nowhere = { ...DAEMON_SETS[0], counts: { selected: 0 }, warnings: [] };

  async function statusOf(daemonSets: object[]): Promise<string> {
    const snapshot = await FakeQueryServer.start({
      GetStatus: () => STATUS,
      ListDaemonSets: () => ({ daemonSets }),
      ListNodes: () => ({ nodes: NODES }),
      ListDrifts: () => ({ drifts: [] }),
    });
    const answer = await ask('status', snapshot.address);
    snapshot.stop();
    return answer;
  }

  it('is listed below the tables with the command that explains why', async () => {
    const answer = await statusOf([nowhere, ...DAEMON_SETS.slice(1)]);
    expect(answer).toContain('\nSelects no node: kube-system/fluentd (use rollcall daemonset/fluentd to see why)\n');
  });

  it('shares a line with others, and is omitted if every DaemonSet selects a node', async () => {
    const other = { ...nowhere, daemonSet: { namespace: 'a', name: 'fluentd' } };
    expect(await statusOf([other, nowhere])).toContain(
      '\nSelects no node: a/fluentd, kube-system/fluentd (use rollcall daemonset/NAME to see why)\n',
    );
    expect(await statusOf([other, ...DAEMON_SETS])).toContain('(use rollcall daemonset/a/fluentd to see why)');
    expect(await statusOf(DAEMON_SETS)).not.toContain('Selects no node');
  });
});
