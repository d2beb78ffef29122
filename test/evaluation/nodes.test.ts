/** Nodes: whether agent or source provides the facts, and how pods and drifts are recorded. */

import { describe, expect, test } from 'vitest';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { facts, World } from './world.ts';

const INVENTORY = facts('n1', { zone: 'inventory' });
const SEEN = facts('n1', { zone: 'seen' });

function zone(world: World): string | undefined {
  return world.evaluator.table.facts('n1')?.labels.zone;
}

/** A node in the inventory whose agent is present and has reported different facts. */
function withAgent(): World {
  const world = new World();
  world.applyNode(INVENTORY);
  world.present.add('n1');
  world.reportNode(SEEN);
  return world;
}

function agentGone(world: World): void {
  world.present.delete('n1');
  world.evaluator.nodes.agentAbsent('n1');
}

test('the agent provides the facts of its node while it is present', () => {
  const world = withAgent();
  expect(zone(world)).toBe('seen');
  expect(world.evaluator.nodes.get('n1')?.origin).toBe('agent');
  expect(world.costOf(() => world.applyNode(facts('n1', { zone: 'edited' })))).toEqual({ pairs: 0, events: 0 });
  expect(zone(world)).toBe('seen');
});

test('the source provides the facts of a node until its connected agent has reported', () => {
  const world = new World();
  world.applyNode(INVENTORY);
  world.present.add('n1');
  world.applyNode(facts('n1', { zone: 'edited' }));
  expect(zone(world)).toBe('edited');
});

test('the last facts of an absent agent stay in force without a later change in the source', () => {
  const world = withAgent();
  agentGone(world);
  expect(zone(world)).toBe('seen');
  world.applyNode(INVENTORY);
  expect(zone(world)).toBe('seen');
});

test('a change in the source after the last report applies once the agent is absent, regardless of its clock', () => {
  const world = withAgent();
  world.evaluator.nodes.applyReport({
    facts: SEEN,
    source: 'x',
    sequence: 9,
    problem: '',
    observedMs: world.clock.nowMs() + 1e9,
  });
  world.applyNode(facts('n1', { zone: 'edited' }));
  agentGone(world);
  expect(zone(world)).toBe('edited');
  expect(world.recorder.all('node').at(-1)).toMatchObject({ origin: 'inventory', cause: { trigger: 'node-change' } });
});

test('a report after a change in the source supersedes the change', () => {
  const world = withAgent();
  world.applyNode(facts('n1', { zone: 'edited' }));
  world.reportNode(SEEN);
  agentGone(world);
  expect(zone(world)).toBe('seen');
});

test('the source provides the facts while the agent is absent, and the agent again after it returns', () => {
  const world = withAgent();
  agentGone(world);
  world.applyNode(facts('n1', { zone: 'edited' }));
  expect(zone(world)).toBe('edited');
  world.present.add('n1');
  world.reportNode(SEEN);
  expect(zone(world)).toBe('seen');
  expect(world.recorder.all('node').at(-1)?.changes).toContainEqual({
    field: 'origin',
    from: 'inventory',
    to: 'agent',
  });
});

test('an unchanged entry of the source does not become a change after a restart, with the agent present, absent or lost', () => {
  for (const isPresent of [true, false]) {
    const next = withAgent().restartInOrder();
    if (isPresent) next.present.add('n1');
    expect(next.costOf(() => next.applyNode(INVENTORY)).events).toBe(0);
    agentGone(next);
    expect(zone(next)).toBe('seen');
  }
});

test('a change in the source while the coordinator was down applies if no agent has ever reported', () => {
  const world = new World();
  world.applyNode(INVENTORY);
  const next = world.restartInOrder();
  next.applyNode(facts('n1', { zone: 'edited' }));
  expect(zone(next)).toBe('edited');
});

test('announces a new node even if no DaemonSet selects it', () => {
  const world = new World({ hasInventory: false });
  world.reportNode(SEEN);
  expect(world.changed).toEqual(['n1']);
  expect(world.evaluator.table.assignments('n1')).toEqual([]);
  expect(world.evaluator.table.revision('n1')).toBe(world.recorder.all('node')[0]?.revision);
});

test('removes a node with its pairs and announces it once', () => {
  const world = withAgent();
  world.applyDaemonSet('default/a');
  world.evaluator.nodeRemoved('n1', 'n1.yaml');
  world.evaluator.nodeRemoved('n1', 'n1.yaml');
  expect(world.removed).toEqual(['n1']);
  expect(world.evaluator.isInInventory('n1')).toBe(false);
  expect(world.evaluator.nodes.get('n1')).toBeUndefined();
  expect(world.recorder.all('decision').at(-1)).toMatchObject({
    from: 'run',
    to: null,
    cause: { trigger: 'node-change' },
  });
});

test('stores a problem of the agent with its source until it is resolved', () => {
  const world = withAgent();
  world.reportNode(SEEN, 'node.yaml cannot be read');
  expect(world.evaluator.nodes.get('n1')?.problem).toBe('node.yaml cannot be read');
  world.reportNode(SEEN);
  expect(world.evaluator.nodes.get('n1')?.problem).toBe('');
});

function drift(changes: Partial<Drift> = {}): Drift {
  return {
    kind: 'unhealthy',
    daemonSet: 'default/a',
    node: 'n1',
    podName: 'a-1',
    detail: 'x',
    sinceMs: 1_000,
    ...changes,
  };
}

function pod(changes: Partial<PodHealth> = {}): PodHealth {
  return podHealth({ daemonSet: 'default/a', podName: 'a-1', sinceMs: 5, createdMs: 4, ...changes });
}

function driftRows(world: World): string[] {
  return world.recorder.all('drift').map(({ action, drift: { kind, detail } }) => `${action} ${kind} ${detail}`);
}

test('a drift begins, changes its detail and ends, and keeps its start time', () => {
  const world = withAgent();
  world.applyPodReport('n1', { drifts: [drift()] });
  world.applyPodReport('n1', { drifts: [drift({ detail: 'y', sinceMs: 5_000 })] });
  expect(world.evaluator.nodes.get('n1')?.drifts).toEqual([drift({ detail: 'y', sinceMs: 1_000 })]);
  world.applyPodReport('n1', {});
  expect(driftRows(world)).toEqual(['began unhealthy x', 'changed unhealthy y', 'ended unhealthy y']);
});

test('a drift keeps its start time over a restart', () => {
  const world = withAgent();
  world.applyPodReport('n1', { drifts: [drift()] });
  const next = world.restartInOrder();
  expect(next.costOf(() => next.applyPodReport('n1', { drifts: [drift({ sinceMs: 9_000 })] })).events).toBe(0);
  expect(next.evaluator.nodes.get('n1')?.drifts).toEqual([drift()]);
});

test('a drift that is reported twice in one report counts once, and is unchanged in the next report', () => {
  const world = withAgent();
  expect(world.costOf(() => world.applyPodReport('n1', { drifts: [drift(), drift()] })).events).toBe(1);
  expect(world.costOf(() => world.applyPodReport('n1', { drifts: [drift(), drift()] })).events).toBe(0);
});

test('unchanged pods record no event, and a restarted pod records one with its changes', () => {
  const world = withAgent();
  world.applyPodReport('n1', { pods: [pod()] });
  expect(world.costOf(() => world.applyPodReport('n1', { pods: [pod({ sinceMs: 7 })] })).events).toBe(0);
  expect(world.counters.podReportsUnchanged).toBe(1);
  world.applyPodReport('n1', {
    pods: [pod({ restartCount: 1, ready: false, available: false, waitingReason: 'CrashLoopBackOff' })],
  });
  expect(world.recorder.all('pod').at(-1)?.changes).toEqual([
    {
      field: 'default/a a-1',
      from: 'Running, ready, available, 0 restarts, revision r1',
      to: 'Running, not ready, not available, CrashLoopBackOff, 1 restart, revision r1',
    },
  ]);
});

test('a drift is caused by the pod event of the same report', () => {
  const world = withAgent();
  world.applyPodReport('n1', { pods: [pod({ ready: false })], drifts: [drift()] });
  const [event] = world.recorder.all('drift');
  expect(world.recorder.events[(event?.cause.revision ?? 0) - 1]?.kind).toBe('pod');
});

test('a drift that changes without its pods is caused by the newest event about the pair, without an actor', () => {
  const world = withAgent();
  world.applyDaemonSet('default/a');
  world.applyPodReport('n1', { pods: [pod()] });
  world.applyDaemonSet('default/a', {}, { image: 'agent:2' });
  world.applyPodReport('n1', { pods: [pod()], drifts: [drift({ kind: 'outdated' })] });
  const [event] = world.recorder.all('drift');
  expect(event?.cause.actor).toBe('');
  expect(world.recorder.events[(event?.cause.revision ?? 0) - 1]).toMatchObject({
    kind: 'daemon-set',
    action: 'changed',
  });
});

test('a report of an agent without assignments ends no drift', () => {
  const world = withAgent();
  world.applyPodReport('n1', { pods: [pod()], drifts: [drift()] });
  expect(world.costOf(() => world.applyPodReport('n1', { pods: [pod()], verifiedRevision: 0 })).events).toBe(0);
  expect(world.evaluator.nodes.get('n1')?.drifts).toEqual([drift()]);
});

describe('when agent and source watch the same object', () => {
  const at = (resourceVersion: string, zone: string) => ({ ...facts('n1', { zone }), resourceVersion });
  const known = (world: World) => [zone(world), world.evaluator.nodes.get('n1')?.origin];

  /** Source and agent have both reported version 10, and the agent is present. */
  function both(): World {
    const world = new World();
    world.applyNode(at('10', 'a'));
    world.present.add('n1');
    world.reportNode(at('10', 'a'));
    return world;
  }

  test('the same version from the other one records no event', () => {
    const world = new World();
    world.applyNode(at('10', 'a'));
    world.present.add('n1');
    expect(world.costOf(() => world.reportNode(at('10', 'a')))).toEqual({ pairs: 0, events: 0 });
    world.reportNode(at('11', 'b'));
    expect(known(world)).toEqual(['b', 'agent']);
    expect(world.costOf(() => world.applyNode(at('11', 'b')))).toEqual({ pairs: 0, events: 0 });
    expect(known(world)).toEqual(['b', 'agent']);
  });

  test('the newer resource version wins, and its origin is recorded', () => {
    const world = both();
    world.applyNode(at('12', 'b'));
    expect(known(world)).toEqual(['b', 'inventory']);
    const change = { field: 'labels.zone', from: 'a', to: 'b' };
    expect(world.recorder.all('node').at(-1)).toMatchObject({ origin: 'inventory', changes: [change] });
    world.reportNode(at('9', 'older'));
    expect(known(world)).toEqual(['b', 'inventory']);
    world.reportNode(at('100', 'c'));
    expect(known(world)).toEqual(['c', 'agent']);
    world.applyNode(at('99', 'd'));
    expect(known(world)).toEqual(['c', 'agent']);
    agentGone(world);
    expect(known(world)).toEqual(['c', 'agent']);
  });

  test('a heartbeat of the node causes no decision and no event', () => {
    const world = both();
    world.applyDaemonSet('default/a');
    for (let version = 20; version < 40; version += 2) {
      expect(world.costOf(() => world.applyNode(at(String(version), 'a')))).toEqual({ pairs: 0, events: 0 });
      expect(world.costOf(() => world.reportNode(at(String(version + 1), 'a')))).toEqual({ pairs: 0, events: 0 });
    }
  });

  test('an older version from the same watcher applies, as after a restored backup', () => {
    const world = new World();
    world.applyNode(at('1000', 'a'));
    world.applyNode(at('900', 'b'));
    expect(known(world)).toEqual(['b', 'inventory']);
  });

  test('a change while the coordinator was down applies, because its version is newer', () => {
    const world = both();
    world.reportNode(at('11', 'b'));
    const next = world.restartInOrder();
    next.applyNode(at('30', 'c'));
    expect(known(next)).toEqual(['c', 'inventory']);
  });
});
