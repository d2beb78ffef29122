/** A small cluster on a real server, and the output of commands for it. */
import { afterAll, beforeAll, expect } from 'vitest';
import { FakeQueryServer } from '../fakes/fake-query-server.ts';
import { DAEMON_SETS, DRIFTS, EVENTS, EXPLANATION, NODES, NOW_MS, PLACEMENTS, STATUS } from './cluster-data.ts';
import { type CliOptions, runCli } from './run-cli.ts';

/** The server for the tests of one file; it exists only while they run. */
export let server: FakeQueryServer;

beforeAll(async () => {
  server = await FakeQueryServer.start({
    GetStatus: () => STATUS,
    ListDaemonSets: () => ({ daemonSets: DAEMON_SETS }),
    ListNodes: () => ({ nodes: NODES }),
    ListAgents: () => ({ agents: [{ node: { name: 'gpu-1' }, presence: 'PRESENCE_PRESENT', agentVersion: '0.1.0' }] }),
    ListDrifts: () => ({ drifts: DRIFTS }),
    GetDaemonSet: () => ({ daemonSet: DAEMON_SETS[0] }),
    GetNode: () => ({ node: NODES[0] }),
    ListPlacements: () => ({ placements: PLACEMENTS }),
    ListEvents: () => ({ events: [...EVENTS].reverse() }),
    ExplainPlacement: () => EXPLANATION,
  });
});

afterAll(() => server.stop());

/** The output of a command, which must succeed. */
export async function answer(line: string, options: CliOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli([...line.split(' '), '--server', server.address], {
    nowMs: NOW_MS,
    ...options,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

export async function json(line: string): Promise<unknown> {
  return JSON.parse(await answer(`${line} -o json`));
}
