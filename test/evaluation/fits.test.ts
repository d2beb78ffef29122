/** Fit in the coordinator: computed on demand, recomputed when its inputs change, and without effect on placement. */
import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import { nodeUsage } from '../../shared/model/node-usage.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { World } from './world.ts';

const AGENT = 'default/agent';
const asking = (cpu: string) => ({ containers: [{ name: 'c', image: 'v1', resources: { requests: { cpu } } }] });

function node(cpu: string): NodeFacts {
  return nodeFacts({ metadata: { name: 'n1' }, status: { allocatable: { cpu, pods: '110' } } });
}

const usageOf = (cpu: string) =>
  nodeUsage([{ metadata: { namespace: 'default', name: 'web' }, spec: asking(cpu), status: { phase: 'Running' } }]);

function worldWith(cpu: string): World {
  const world = new World();
  world.reportNode(node(cpu));
  world.applyDaemonSet(AGENT, asking('500m'));
  return world;
}

describe('whether a daemon pod fits', () => {
  const fits = (world: World) => world.evaluator.fits.fit('n1', AGENT).fits;

  it('is unknown before the agent reports usage, and after the agent becomes absent', () => {
    const world = worldWith('2');
    expect(fits(world)).toBe('unknown');
    world.applyPodReport('n1', { usage: usageOf('1') });
    expect(fits(world)).toBe('yes');
    world.evaluator.nodes.agentAbsent('n1');
    expect(fits(world)).toBe('unknown');
  });

  it('is recomputed when usage, allocatable resources or requests change, and changes no placement', () => {
    const world = worldWith('2');
    world.applyPodReport('n1', { usage: usageOf('1800m') });
    expect(fits(world)).toBe('no');
    const pairs = world.counters.pairsEvaluated;
    world.reportNode(node('4'));
    expect(fits(world)).toBe('yes');
    world.applyPodReport('n1', { usage: usageOf('3900m') });
    expect(fits(world)).toBe('no');
    world.applyDaemonSet(AGENT, asking('50m'));
    expect(fits(world)).toBe('yes');
    expect(world.counters.pairsEvaluated).toBe(pairs);
    expect(world.verdict('n1', AGENT)).toBe('run');
  });

  it('records no event when only the usage changes', () => {
    const world = worldWith('2');
    world.applyPodReport('n1', { usage: usageOf('1') });
    expect(world.costOf(() => world.applyPodReport('n1', { usage: usageOf('1500m') }))).toEqual({
      pairs: 0,
      events: 0,
    });
  });

  it('needs a new report after a restart if the agent had reported before', () => {
    const world = worldWith('2');
    expect(world.evaluator.nodes.isUsageMissing('n1')).toBe(false);
    world.applyPodReport('n1', { pods: [podHealth({ daemonSet: AGENT, podName: 'a' })], usage: usageOf('1') });
    expect(world.evaluator.nodes.isUsageMissing('n1')).toBe(false);
    expect(world.restartInOrder().evaluator.nodes.isUsageMissing('n1')).toBe(true);
  });
});

describe('whether a DaemonSet selects a node', () => {
  const tainted = (effect: string) =>
    nodeFacts({ metadata: { name: 'n1', labels: { disk: 'ssd' } }, spec: { taints: [{ key: 'gpu', effect }] } });

  it.each(['NoSchedule', 'NoExecute'])('does not depend on a taint of effect %s', (effect) => {
    const world = new World();
    world.applyNode(tainted(effect));
    world.applyDaemonSet(AGENT, { nodeSelector: { disk: 'ssd' } });
    world.applyDaemonSet('default/other', { nodeSelector: { disk: 'hdd' } });
    const placements = world.evaluator.table.placementsOn('n1');
    expect([placements?.isSelected(AGENT), placements?.isSelected('default/other'), placements?.selectedCount]).toEqual(
      [true, false, 1],
    );
  });
});
