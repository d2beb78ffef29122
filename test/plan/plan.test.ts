/** A plan contains exactly the pairs whose verdict changes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluatePlacement } from '../../shared/placement/compile.ts';
import type { ClusterObjects } from '../../shared/plan/cluster-objects.ts';
import { changesAnything, plan } from '../../shared/plan/plan.ts';
import { cluster, daemonSet, node } from './objects.ts';

const NO_SCHEDULE = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };

describe('a plan', () => {
  it('contains the changed pairs with both placements, and the counts', () => {
    const nodes = [node('a', { disk: 'ssd' }), node('b', { disk: 'hdd' })];
    const result = plan({
      before: cluster([daemonSet('cache', { nodeSelector: { disk: 'ssd' } })], nodes),
      after: cluster([daemonSet('cache', { nodeSelector: { disk: 'hdd' } })], nodes),
    });
    expect(result.changes.map(({ node, before, after }) => [node, before?.verdict, after?.verdict])).toEqual([
      ['a', 'run', 'none'],
      ['b', 'none', 'run'],
    ]);
    expect(result.changes[0]?.after?.reasons.map(({ code }) => code)).toContain('NODE_SELECTOR_VALUE_DIFFERS');
    expect(result.counts).toEqual([
      {
        daemonSet: 'default/cache',
        before: { run: 1, keep: 0, none: 1 },
        after: { run: 1, keep: 0, none: 1 },
        templateChanged: true,
        templateChanges: ['spec.nodeSelector.disk'],
      },
    ]);
  });

  it('distinguishes a change of the template from a change of placements', () => {
    const nodes = [node('a')];
    const result = plan({
      before: cluster([daemonSet('agent', {}, 'example.org/agent:1')], nodes),
      after: cluster([daemonSet('agent', {}, 'example.org/agent:2')], nodes),
    });
    expect(result.changes).toEqual([]);
    expect(result.counts[0]?.templateChanged).toBe(true);
    expect(changesAnything(result)).toBe(true);
  });

  it('has no placement before for a new node, and no placement after for a removed DaemonSet', () => {
    const before = cluster([daemonSet('old'), daemonSet('stays')], [node('a')]);
    const after = cluster([daemonSet('stays')], [node('a'), node('b')]);
    const { changes } = plan({ before, after });
    expect(changes).toMatchObject([
      { daemonSet: 'default/old', node: 'a', before: { verdict: 'run' }, after: null },
      { daemonSet: 'default/stays', node: 'b', before: null, after: { verdict: 'run' } },
    ]);
  });

  it('has no changes between a cluster and itself', () => {
    const same = cluster([daemonSet('agent')], [node('a'), node('b', {}, [NO_SCHEDULE])]);
    expect(changesAnything(plan({ before: same, after: same }))).toBe(false);
  });

  it('has warnings only for DaemonSets that are new or have a changed template', () => {
    const expiring = daemonSet('expiring', { tolerations: [{ operator: 'Exists', tolerationSeconds: 5 }] });
    const same = cluster([expiring], [node('a')]);
    expect(plan({ before: same, after: same }).warnings).toEqual([]);
    expect(plan({ before: cluster([], [node('a')]), after: same }).warnings).toMatchObject([
      { code: 'WARNING_TOLERATION_EXPIRES', source: 'default/expiring' },
    ]);
  });

  it('lists the same changes as evaluating every pair of both clusters', () => {
    fc.assert(
      fc.property(worlds, worlds, (before, after) => {
        const planned = plan({ before, after }).changes.map(
          (change) => `${change.daemonSet} ${change.node} ${verdictOf(change.before)} ${verdictOf(change.after)}`,
        );
        expect(planned.toSorted()).toEqual(changesByBruteForce(before, after).toSorted());
      }),
    );
  });
});

const verdictOf = (placement: { verdict: string } | null) => placement?.verdict ?? 'none';

const labels = fc.record({ disk: fc.constantFrom('ssd', 'hdd') }, { requiredKeys: [] });
const nodes = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('a', 'b', 'c', 'd'), labels, fc.subarray([NO_SCHEDULE]))
    .map(([name, nodeLabels, taints]) => node(name, nodeLabels as Record<string, string>, taints)),
  { selector: ({ metadata }) => metadata?.name },
);
const daemonSets = fc.uniqueArray(
  fc.tuple(fc.constantFrom('x', 'y', 'z'), labels, fc.boolean()).map(([name, nodeSelector, tolerates]) =>
    daemonSet(name, {
      nodeSelector,
      tolerations: tolerates ? [{ operator: 'Exists' }] : [],
    }),
  ),
  { selector: ({ metadata }) => metadata?.name },
);
const worlds = fc.tuple(daemonSets, nodes).map(([sets, snapshot]) => cluster(sets, snapshot));

function changesByBruteForce(before: ClusterObjects, after: ClusterObjects): string[] {
  const verdict = (one: ClusterObjects, key: string, name: string) => {
    const [set, object] = [one.daemonSets.get(key), one.nodes.get(name)];
    return set && object ? evaluatePlacement(set, object).verdict : 'none';
  };
  return ['default/x', 'default/y', 'default/z'].flatMap((key) =>
    ['a', 'b', 'c', 'd'].flatMap((name) => {
      const [from, to] = [verdict(before, key, name), verdict(after, key, name)];
      return from === to ? [] : [`${key} ${name} ${from} ${to}`];
    }),
  );
}
