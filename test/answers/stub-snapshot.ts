/** A cluster snapshot of one DaemonSet on a few nodes, made from values alone. */
import { fitOn } from '../../shared/fit/fit.ts';
import type { DaemonSet, Node, PodSpec } from '../../shared/kubernetes/objects.ts';
import type { ClusterSnapshot, DaemonSetSnapshot, NodeSnapshot } from '../../shared/model/cluster-snapshot.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { Presence } from '../../shared/model/presence.ts';
import { compilePlacement } from '../../shared/placement/index.ts';
import { podHealth } from '../fakes/pod-health.ts';

export const NOW_MS = Date.UTC(2026, 0, 1);
export const NODE_NAMES = ['n1', 'n2', 'n3'] as const;
const KEY = 'default/agent';
export const AGENT = {
  key: KEY,
  name: 'agent',
  uid: 'uid-agent',
  hash: 'newest',
  pod: podHealth({ daemonSet: KEY, podName: 'agent-1', templateRevision: 'newest' }),
} as const;

export interface SnapshotParts {
  readonly nodes: readonly Node[];
  readonly placement: PodSpec;
  readonly minReadySeconds: number;
  readonly podsOf: (node: string) => readonly PodHealth[];
  readonly isFromJournal?: boolean;
  /** By the order of the nodes; all are present where it is left out. */
  readonly presences?: readonly Presence[];
  readonly lastSeenMs?: readonly number[];
}

export function snapshotOf({
  nodes,
  placement,
  minReadySeconds,
  podsOf,
  isFromJournal = false,
  presences = [],
  lastSeenMs = [],
}: SnapshotParts): ClusterSnapshot {
  const daemonSet: DaemonSet = { metadata: { name: 'agent' }, spec: { template: { spec: placement } } };
  const compiled = compilePlacement(daemonSet);
  const record = { key: KEY, uid: AGENT.uid, templateRevision: AGENT.hash, minReadySeconds };
  const daemonSets = new Map([[KEY, { key: KEY, placed: { record, compiled } } as unknown as DaemonSetSnapshot]]);
  const fit = fitOn({ allocatable: {}, usage: null });
  const snapshots = nodes.map((node, index) => {
    const name = node.metadata?.name ?? '';
    const verdict = compiled.decide(node);
    return {
      name,
      facts: nodeFacts(node),
      object: node,
      presence: presences[index] ?? 'present',
      lastSeenMs: lastSeenMs[index] ?? 0,
      isSettled: true,
      hasAnswered: true,
      pods: podsOf(name),
      drifts: [],
      assignments: verdict === 'none' ? [] : [{ daemonSet: KEY, verdict }],
      verdict: () => verdict,
      isSelected: () => compiled.selects(node),
      selectedCount: Number(compiled.selects(node)),
      fits: (key: string) => fit(key, null),
    } as unknown as NodeSnapshot;
  });
  const asOf = { revision: 1, timeMs: NOW_MS, recordedMs: 0, isFromJournal };
  return {
    asOf,
    isSynced: true,
    nodeNames: () => Promise.resolve(snapshots.map(({ name }) => name)),
    async *nodes(names) {
      yield* snapshots.filter(({ name }) => names.includes(name));
    },
    daemonSets: () => Promise.resolve(daemonSets),
    tally: () => Promise.reject(new Error('the test counts itself')),
  };
}
