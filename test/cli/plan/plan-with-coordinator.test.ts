/** `rollcall plan` without nodes plans with a coordinator over real gRPC. */

import { Server, ServerCredentials } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { planPlacements } from '../../../shared/answers/plan-placements.ts';
import { runToCompletion } from '../../../shared/cooperative-scheduler.ts';
import { QueryService } from '../../../shared/rpc/contract.ts';
import type { QueryServiceHandlers } from '../../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import { toStatus } from '../../../shared/rpc/status.ts';
import { baseOf } from '../../plan/base-of.ts';
import { daemonSet, node } from '../../plan/objects.ts';
import { runCli } from '../run-cli.ts';

const CACHE = daemonSet('cache', { nodeSelector: { disk: 'ssd' } });
const NODES = [node('a', { disk: 'ssd' }), node('worker-1', { disk: 'hdd' })];

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.forceShutdown();
});

/** Returns the address. */
async function coordinator(): Promise<string> {
  const base = baseOf({ daemonSets: [CACHE, daemonSet('agent')], nodes: NODES });
  const server = new Server();
  servers.push(server);
  const handlers: Pick<QueryServiceHandlers, 'PlanPlacements' | 'ListNodes'> = {
    ListNodes: (_, respond) =>
      respond(null, { nodes: NODES.map(({ metadata }) => ({ facts: { node: { name: metadata?.name ?? '' } } })) }),
    PlanPlacements: ({ request }, respond) => {
      Promise.resolve()
        .then(() => runToCompletion(planPlacements(request, base)))
        .then(
          (response) => respond(null, response),
          (error: unknown) => respond(toStatus(error)),
        );
    },
  };
  server.addService(QueryService.service, { ...handlers });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return `127.0.0.1:${port}`;
}

describe('rollcall plan with a coordinator', () => {
  it('needs no manifests for a simulated change', async () => {
    const server = await coordinator();
    const { stdout, stderr, exitCode } = await runCli(['plan', '--server', server, '--remove-label', 'disk']);
    expect(stderr).toBe('');
    expect(stdout).toBe(`1 DaemonSet would change on 1 node: 1 daemon pod stopped, 0 started.

default/cache   run 1 → 0
  run → none    would stop on 1 node: label disk is missing (expected disk=ssd)
                a
`);
    expect(exitCode).toBe(1);
  });

  it('compares manifests with those in force', async () => {
    const server = await coordinator();
    const manifest = daemonSet('cache', { nodeSelector: { disk: 'hdd' } }, 'example.org/agent:2');
    const options = { stdin: JSON.stringify(manifest) };
    const { stdout, exitCode } = await runCli(['plan', '--server', server, '-f', '-'], options);
    expect(stdout).toBe(`1 DaemonSet would change on 2 nodes: 1 daemon pod stopped, 1 started.

default/cache   run 1
  template changes
  run → none    would stop on 1 node: label disk is not 'hdd'
                a
  none → run    would start on 1 node: previously, label disk is not 'ssd'
                worker-1
`);
    expect(exitCode).toBe(1);
    const image = {
      stdin: JSON.stringify(daemonSet('cache', { nodeSelector: { disk: 'ssd' } }, 'example.org/agent:2')),
    };
    expect((await runCli(['plan', '--server', server, '-f', '-'], image)).stdout).toBe(
      `1 DaemonSet would change: 0 daemon pods stopped, 0 started, 1 replaced.

default/cache   run 1
  template changes: 1 daemon pod would be replaced
`,
    );
    const same = await runCli(['plan', '--server', server, '-f', '-'], { stdin: JSON.stringify(CACHE) });
    expect([same.stdout, same.exitCode]).toEqual(['No changes.\n', 0]);
  });

  it('sends every kind of simulated change', async () => {
    const server = await coordinator();
    const what = ['--drop-node', 'a', '--node', 'worker-1', '--set-label', 'disk=ssd', '--add-taint', 'x=y:NoSchedule'];
    const { stdout } = await runCli([
      'plan',
      '--server',
      server,
      ...what,
      '--cordon',
      '--remove-taint',
      'z',
      '-o',
      'json',
    ]);
    const groups = JSON.parse(stdout).daemonSets.map((one: { daemonSet: string; groups: unknown }) => one.groups);
    expect(groups).toMatchObject([
      [
        { from: 'run', to: 'none', reason: 'the node is deleted', nodes: ['a'] },
        { from: 'run', to: 'keep', reason: 'taint x=y:NoSchedule is not tolerated', nodes: ['worker-1'] },
      ],
      [
        { from: 'run', to: 'none', nodes: ['a'] },
        { from: 'none', to: 'keep', reason: "previously, label disk is not 'ssd'", nodes: ['worker-1'] },
      ],
    ]);
  });

  it('reports an unknown node and suggests the most similar one', async () => {
    const server = await coordinator();
    const { stderr, exitCode } = await runCli(['plan', '--server', server, '--drop-node', 'woker-1']);
    expect(stderr).toBe('rollcall: there is no node woker-1; did you mean worker-1?\n');
    expect(exitCode).toBe(3);
  });

  it('explains how to plan without a coordinator if none answers, and exits with code 5', async () => {
    const stopped = await coordinator();
    servers.splice(0).forEach((server) => server.forceShutdown());
    const { stderr, exitCode } = await runCli(['plan', '--server', stopped, '--remove-label', 'disk']);
    expect(stderr).toBe(
      `rollcall: no coordinator responds at ${stopped}; start a coordinator, or specify its address with --server, ` +
        'or plan without a coordinator by specifying nodes with --nodes\n',
    );
    expect(exitCode).toBe(5);
  });

  it('explains what to specify if there is nothing to plan', async () => {
    const { stderr, exitCode } = await runCli(['plan']);
    expect(stderr).toBe(
      'rollcall: nothing to plan; specify -f FILE --nodes FILE, or a simulated change such as --remove-label KEY\n',
    );
    expect(exitCode).toBe(2);
  });
});
