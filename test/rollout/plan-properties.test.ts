/** What the planner never does, and what it does eventually, over random clusters and failures. */
import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { SimulatedCluster } from './simulated-cluster.ts';

const NODES = ['n1', 'n2', 'n3', 'n4'] as const;
const ROUNDS_MAX = 20;

const node = fc.constantFrom(...NODES);
const verdict = fc.constantFrom('run' as const, 'keep' as const, 'none' as const);
const pod = fc.nat(20);

type Change = (cluster: SimulatedCluster) => void;

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(node, verdict).map(
    ([name, is]): Change =>
      (cluster) =>
        cluster.setNode(name, is),
  ),
  node.map(
    (name): Change =>
      (cluster) =>
        cluster.removeNode(name),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { phase: 'Failed', isReady: false }),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { phase: 'Succeeded', isReady: false }),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { phase: 'Running', isReady: true }),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { isTerminating: true }),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { labels: { app: 'debug' } }),
  ),
  pod.map(
    (index): Change =>
      (cluster) =>
        cluster.changePod(index, { controllerUid: '' }),
  ),
  node.map(
    (name): Change =>
      (cluster) =>
        cluster.addPod(name),
  ),
  node.map(
    (name): Change =>
      (cluster) =>
        cluster.addPod(name, { controllerUid: '' }),
  ),
  node.map(
    (name): Change =>
      (cluster) =>
        cluster.addPod(name, { controllerUid: 'another' }),
  ),
  node.map(
    (name): Change =>
      (cluster) =>
        cluster.addPod(name, { targetNode: null, boundNode: '' }),
  ),
  fc.nat(3_000).map(
    (ms): Change =>
      (cluster) =>
        cluster.wait(ms),
  ),
  // The API server refuses some of the requests.
  fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }).map(
    (accepted): Change =>
      (cluster) =>
        void cluster.act((index) => accepted[index % accepted.length] ?? true),
  ),
);

it('never acts without a reason that a second look confirms, and converges once nothing changes any more', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const cluster = new SimulatedCluster();
      for (const name of NODES) cluster.setNode(name, 'run');
      for (const apply of changes) {
        apply(cluster);
        expect(cluster.violations).toEqual([]);
      }
      expect(roundsUntilQuiet(cluster)).toBeLessThan(ROUNDS_MAX);
      expect(cluster.violations).toEqual([]);
      const wrong = [...cluster.nodes.values()].filter(({ name, verdict: is }) => {
        const live = cluster.liveOn(name).length;
        return is === 'run' ? live !== 1 : live > (is === 'keep' ? 1 : 0);
      });
      expect(wrong).toEqual([]);
    }),
    { seed: inject('seed'), numRuns: 2_000 },
  );
});

/** Carries plans out until one has no action. */
function roundsUntilQuiet(cluster: SimulatedCluster): number {
  let rounds = 0;
  cluster.settle();
  while (cluster.act(() => true) > 0 && rounds < ROUNDS_MAX) {
    cluster.settle();
    rounds++;
  }
  return rounds;
}
