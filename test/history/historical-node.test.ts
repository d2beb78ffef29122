/** A node of the past over real gRPC: the answer equals the one that was given then. */
import { expect, test } from 'vitest';
import type { Moment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { SpokenAgent } from '../agents/scripted-agent.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { temporaryFile } from '../journal/open-journal.ts';
import {
  addDaemonSet,
  ask,
  Query,
  type RunningCoordinator,
  startTestCoordinator,
} from '../server/running-coordinator.ts';

test('the revision of a node is the same now, in the past and after a restart, and ignores decisions without an assignment', async () => {
  const file = temporaryFile();
  const running = await startTestCoordinator({ journal: { file } });
  const { coordinator } = running;
  const assigned = await revisions(running);
  addDaemonSet(coordinator, 'default/nowhere', { nodeSelector: { zone: 'z' } });
  expect(await revisions(running)).toEqual(assigned);
  addDaemonSet(coordinator, 'default/a', {}, 'v2');
  const changed = await revisions(running);
  expect(changed.map((revision, index) => revision > (assigned[index] ?? 0))).toEqual([true, true, true]);
  addDaemonSet(coordinator, 'kube-system/b', { nodeSelector: { zone: 'z' } });
  coordinator.evaluator.daemonSetRemoved('default/nowhere', 'nowhere.yaml');
  expect(await revisions(running)).toEqual(changed);
  const at = { revision: String(coordinator.journal.durableRevision) };
  expect(await revisions(running, at)).toEqual(changed);
  await running.stop();
  await coordinator.journal.close();
  const restarted = await startTestCoordinator({ journal: { file }, nodes: [], keys: [], unreadPaths: ['nodes.yaml'] });
  expect(await revisions(restarted)).toEqual(changed);
  expect(await revisions(restarted, at)).toEqual(changed);
});

async function revisions({ query, coordinator }: RunningCoordinator, at?: Moment): Promise<number[]> {
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const { nodes } = await ask(query, Query.ListNodes, { at });
  return nodes.map(({ revision }) => Number(revision));
}

test('a node that had reported is shown as reported in the past, even if its pods had not changed', async () => {
  const running = await startTestCoordinator();
  const { coordinator, clock, query } = running;
  const pod = podHealth({ daemonSet: 'default/a', podName: 'a-pod' });
  const n1 = new SpokenAgent(running, 'n1');
  await n1.settled();
  await n1.applyPodReport([pod]);
  addDaemonSet(coordinator, 'default/c');
  await n1.settled();
  await n1.applyPodReport([pod]);
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const now = await ask(query, Query.GetStatus, {});
  clock.advance(1_000);
  addDaemonSet(coordinator, 'default/d');
  await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
  const then = await ask(query, Query.GetStatus, { at: { revision: now.revision } });
  expect([now.reportedNodeCount, then.reportedNodeCount]).toEqual([1, 1]);
});
