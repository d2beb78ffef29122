/** The counters of DaemonSets and nodes, compared with a naive second implementation on generated clusters. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toUnboundPod } from '../../coordinator/cluster/unbound-pods.ts';
import { withUnboundPods } from '../../coordinator/evaluation/reported-pods.ts';
import { countNode, tallyOf } from '../../shared/answers/counts.ts';
import type { Node, Pod } from '../../shared/kubernetes/objects.ts';
import { podHealth } from '../../shared/model/pod-health.ts';
import type { Counts, PodCounts } from '../../shared/model/tally.ts';
import { type NaiveStatus, naiveStatus } from './naive-status.ts';
import { AGENT, NODE_NAMES, NOW_MS, type SnapshotParts, snapshotOf } from './stub-snapshot.ts';

const RUNS = { numRuns: 1_000 };
const COUNTED = ['desired', 'current', 'ready', 'upToDate', 'available', 'misscheduled'] as const;

/** Times are whole seconds, as in Kubernetes. */
const time = (msAgo: number) => new Date(NOW_MS - msAgo).toISOString().replace('.000Z', 'Z');
const anyTime = fc.integer({ min: 0, max: 6 }).map((tens) => time(tens * 10_000));

const anyNode = (name: string) =>
  fc
    .record({
      labels: fc.constantFrom<Record<string, string>>({}, { disk: 'ssd' }),
      taints: fc.constantFrom(
        [],
        [{ key: 'a', effect: 'NoSchedule' }],
        [{ key: 'a', effect: 'NoExecute' }],
        [{ key: 'b', effect: 'PreferNoSchedule' }],
      ),
    })
    .map(({ labels, taints }): Node => ({ metadata: { name, labels }, spec: { taints } }));

const anyPod = fc
  .record({
    node: fc.constantFrom(...NODE_NAMES, 'gone'),
    isBound: fc.boolean(),
    uid: fc.constantFrom(AGENT.uid, AGENT.uid, 'uid-of-predecessor'),
    created: anyTime,
    isTerminating: fc.boolean(),
    phase: fc.constantFrom('Pending', 'Running', 'Running', 'Failed', 'Succeeded'),
    ready: fc.constantFrom('True', 'True', 'False', null),
    readySince: anyTime,
    hash: fc.constantFrom(AGENT.hash, 'older'),
  })
  .map(({ node, isBound, uid, created, isTerminating, phase, ready, readySince, hash }): Pod => {
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
    const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } };
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: AGENT.name, uid, controller: true };
    return {
      metadata: {
        namespace: 'default',
        labels: { 'controller-revision-hash': hash },
        creationTimestamp: created,
        ownerReferences: [owner],
        ...(isTerminating && { deletionTimestamp: created }),
      },
      spec: isBound ? { nodeName: node } : { affinity },
      status: {
        phase,
        conditions: ready === null ? [] : [{ type: 'Ready', status: ready, lastTransitionTime: readySince }],
      },
    };
  });

const anyCluster = fc.record({
  nodes: fc.tuple(...NODE_NAMES.map(anyNode)),
  pods: fc
    .array(anyPod, { maxLength: 8 })
    .map((pods) => pods.map((pod, index) => ({ ...pod, metadata: { ...pod.metadata, name: `pod-${index}` } }))),
  minReadySeconds: fc.constantFrom(0, 20, 35),
  nodeSelector: fc.constantFrom<Record<string, string>>({}, { disk: 'ssd' }),
  tolerations: fc.constantFrom([], [{ key: 'a', operator: 'Exists' }]),
});

type Cluster = typeof anyCluster extends fc.Arbitrary<infer Value> ? Value : never;

/** The pods of a node as its agent reports them and as the coordinator learns of unbound ones. */
function podsOf(node: string, { pods, minReadySeconds }: Cluster) {
  const bound = pods.filter(({ spec }) => spec?.nodeName === node);
  const reported = bound.flatMap((pod) => podHealth(pod, { nowMs: NOW_MS, minReadySeconds }) ?? []);
  const unbound = pods.filter(({ spec }) => !spec?.nodeName).flatMap((pod) => toUnboundPod(pod) ?? []);
  const here = unbound.filter((pod) => pod.node === node).map(({ health }) => health);
  return withUnboundPods(reported, here);
}

function snapshotPartsOf(cluster: Cluster): SnapshotParts {
  const { nodes, minReadySeconds, nodeSelector, tolerations } = cluster;
  return { nodes, placement: { nodeSelector, tolerations }, minReadySeconds, podsOf: (node) => podsOf(node, cluster) };
}

const statusOf = (counts: PodCounts | Counts | undefined) =>
  Object.fromEntries(COUNTED.map((name) => [name, counts?.[name]])) as unknown as NaiveStatus;

describe('the counters of a DaemonSet', () => {
  it('equal those of a naive count of raw pods and nodes, over all nodes and on each node', async () => {
    await fc.assert(
      fc.asyncProperty(anyCluster, async (cluster) => {
        const { nodes, pods, ...daemonSet } = cluster;
        const expected = (of: readonly Node[]) => naiveStatus({ ...AGENT, ...daemonSet }, of, pods, NOW_MS);
        const snapshot = snapshotOf(snapshotPartsOf(cluster));
        const { daemonSets } = await tallyOf(snapshot, [AGENT.key]);
        expect(statusOf(daemonSets.get(AGENT.key))).toEqual(expected(nodes));
        const known = await snapshot.daemonSets();
        let index = 0;
        for await (const node of snapshot.nodes(NODE_NAMES)) {
          const counts = countNode(node, { known, moment: snapshot.asOf });
          expect(statusOf(counts)).toEqual(expected(nodes.slice(index, ++index)));
        }
      }),
      RUNS,
    );
  });
});

describe('the counters of the past', () => {
  const ready = (sinceMs: number, createdMs = 0) => ({
    ...AGENT.pod,
    ready: true,
    available: false,
    sinceMs,
    createdMs,
  });
  const counted = async (sinceMs: number, minReadySeconds: number, isFromJournal = true) => {
    const parts = { nodes: [{ metadata: { name: 'n1' } }], placement: {}, minReadySeconds };
    const snapshot = snapshotOf({ ...parts, podsOf: () => [ready(sinceMs)], isFromJournal });
    return (await tallyOf(snapshot, [AGENT.key])).daemonSets.get(AGENT.key)?.available;
  };

  it('take a pod as available once it was ready for minReadySeconds at that moment', async () => {
    expect(await counted(NOW_MS - 20_000, 20)).toBe(1);
    expect(await counted(NOW_MS - 19_000, 20)).toBe(0);
    expect(await counted(0, 0)).toBe(1);
  });

  it('do not include the available pods if the time since when a pod is ready is unknown', async () => {
    expect(await counted(0, 20)).toBeNull();
    expect(await counted(0, 20, false)).toBe(0);
  });
});

describe('the counters of nodes that do not report', () => {
  const parts = { nodes: NODE_NAMES.map((name) => ({ metadata: { name } })), placement: {}, minReadySeconds: 0 };

  it('use the last report of absent agents and include the age of the oldest report', async () => {
    const presences = ['absent', 'present', 'absent'] as const;
    const lastSeenMs = [NOW_MS - 180_000, NOW_MS, NOW_MS - 60_000];
    const snapshot = snapshotOf({ ...parts, podsOf: () => [AGENT.pod], presences, lastSeenMs });
    const tally = await tallyOf(snapshot, [AGENT.key]);
    expect(tally).toMatchObject({ presentCount: 1, absentCount: 2, oldestReportMs: NOW_MS - 180_000 });
    expect(tally.daemonSets.get(AGENT.key)).toMatchObject({
      desired: 3,
      current: 3,
      ready: 3,
      staleNodeCount: 2,
      oldestReportMs: NOW_MS - 180_000,
      unreportedNodeCount: 0,
    });
  });

  it('count nodes that were never seen, with the pods that are not scheduled yet', async () => {
    const presences = ['never-seen', 'never-seen', 'present'] as const;
    const podsOf = (node: string) =>
      node === 'n1' ? [{ ...AGENT.pod, ready: false, unscheduled: true } as const] : [];
    const tally = await tallyOf(snapshotOf({ ...parts, podsOf, presences }), [AGENT.key]);
    expect(tally.daemonSets.get(AGENT.key)).toMatchObject({
      desired: 3,
      current: 1,
      staleNodeCount: 0,
      oldestReportMs: 0,
      unreportedNodeCount: 2,
    });
  });
});
