/** The built library `rollcall/placement`, imported by its public name. */
import { describe, expect, it } from 'vitest';

describe('rollcall/placement', () => {
  it('exports the engine under its public names', async () => {
    const { compilePlacement, evaluatePlacement } = await import('rollcall/placement');
    const daemonSet = {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'agent', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'agent' } },
        template: {
          metadata: { labels: { app: 'agent' } },
          spec: { nodeSelector: { disk: 'ssd' }, containers: [{ name: 'agent', image: 'example.org/agent:1' }] },
        },
      },
    };
    const ssd = { metadata: { name: 'a', labels: { disk: 'ssd' } } };
    const hdd = { metadata: { name: 'b', labels: { disk: 'hdd' } } };
    const placement = compilePlacement(daemonSet);
    expect([placement.decide(ssd), placement.decide(hdd)]).toEqual(['run', 'none']);
    expect(placement.explain(hdd).verdict).toBe('none');
    expect(evaluatePlacement(daemonSet, hdd)).toMatchObject({ shouldRun: false, shouldContinueRunning: false });
    expect(import.meta.resolve('rollcall/placement')).toMatch(/\/dist\/shared\/placement\/index\.js$/);
  });
});
