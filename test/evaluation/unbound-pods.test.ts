/** Daemon pods that the scheduler cannot bind: no agent sees them, but they are not missing. */
import { describe, expect, it } from 'vitest';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { facts, World } from './world.ts';

const AGENT = 'default/agent';
const missing: Drift = { kind: 'missing', daemonSet: AGENT, node: 'n1', podName: '', detail: '', sinceMs: 500 };

function waiting(podName: string, changes: Partial<PodHealth> = {}): PodHealth {
  const reason = { waitingReason: 'Unschedulable', waitingMessage: '0/1 nodes are available: 1 Insufficient cpu.' };
  return podHealth({
    daemonSet: AGENT,
    podName,
    phase: 'Pending',
    ready: false,
    createdMs: 400,
    ...reason,
    ...changes,
  });
}

function worldWithMissing(): World {
  const world = new World();
  world.applyDaemonSet(AGENT);
  world.reportNode(facts('n1'));
  world.applyPodReport('n1', { drifts: [missing] });
  return world;
}

const record = (world: World) => world.evaluator.nodes.get('n1');
const driftsOf = (world: World) =>
  (record(world)?.drifts ?? []).map(({ kind, podName }) => `${kind} ${podName}`.trim());
const rowsSince = (world: World, count: number) =>
  world.recorder.events.slice(count).map((event) => `${event.kind} ${'action' in event ? event.action : ''}`);

describe('a daemon pod that the scheduler has not tried yet', () => {
  const unscheduled = waiting('agent-1', { waitingReason: '', waitingMessage: '', unscheduled: true });

  it('is kept for the counters, and changes neither the journal nor a drift', () => {
    const world = worldWithMissing();
    expect(world.costOf(() => world.evaluator.unboundPodsChanged('n1', [unscheduled])).events).toBe(0);
    expect(driftsOf(world)).toEqual(['missing']);
    expect(record(world)?.unbound).toEqual([unscheduled]);
  });

  it('is kept for a node that is known later', () => {
    const world = new World();
    world.evaluator.unboundPodsChanged('n1', [unscheduled]);
    world.applyNode(facts('n1'));
    expect(record(world)?.unbound).toEqual([unscheduled]);
  });
});

describe('a daemon pod that the scheduler cannot bind', () => {
  it('is unhealthy since its creation with the message of the scheduler, instead of missing', () => {
    const world = worldWithMissing();
    const count = world.recorder.events.length;
    world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')]);
    expect(record(world)?.drifts).toEqual([
      {
        kind: 'unhealthy',
        daemonSet: AGENT,
        node: 'n1',
        podName: 'agent-1',
        detail: 'Unschedulable: 0/1 nodes are available: 1 Insufficient cpu.',
        sinceMs: 400,
      },
    ]);
    expect(record(world)?.pods.map(({ podName }) => podName)).toEqual(['agent-1']);
    expect(rowsSince(world, count)).toEqual(['pod changed', 'drift began', 'drift ended']);
  });

  it('records no event when it is emitted again, and is missing after it is gone', () => {
    const world = worldWithMissing();
    world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')]);
    expect(world.costOf(() => world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')])).events).toBe(0);
    world.applyPodReport('n1', { drifts: [missing] });
    expect(driftsOf(world)).toEqual(['unhealthy agent-1']);
    world.evaluator.unboundPodsChanged('n1', []);
    expect(driftsOf(world)).toEqual(['missing']);
  });

  it('is counted once after the agent sees it on its node', () => {
    const world = worldWithMissing();
    world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')]);
    world.applyPodReport('n1', { pods: [podHealth({ daemonSet: AGENT, podName: 'agent-1' })] });
    expect(record(world)?.pods).toMatchObject([{ podName: 'agent-1', ready: true }]);
    expect(driftsOf(world)).toEqual([]);
  });

  it('causes no drift beside a pod that runs', () => {
    const world = worldWithMissing();
    world.applyPodReport('n1', { pods: [podHealth({ daemonSet: AGENT, podName: 'agent-0' })] });
    world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')]);
    expect(driftsOf(world)).toEqual([]);
    expect(record(world)?.pods).toHaveLength(2);
  });

  it('takes effect with the first report of the agent', () => {
    const world = new World();
    world.applyDaemonSet(AGENT);
    world.applyNode(facts('n1'));
    expect(world.costOf(() => world.evaluator.unboundPodsChanged('n1', [waiting('agent-1')])).events).toBe(0);
    world.applyPodReport('n1', { drifts: [missing] });
    expect(driftsOf(world)).toEqual(['unhealthy agent-1']);
  });
});
