/**
 * The roll of one moment: what every answer about nodes, DaemonSets and placements is made of, whether the running
 * coordinator knows it (live-roll.ts) or the journal kept it (past-roll.ts). So the same question has the same answer
 * today and, asked of today, in a year.
 */
import type { FitResult } from '../../shared/fit/fit-result.ts';
import type { DaemonSetRecord } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { Node } from '../../shared/kubernetes/objects.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import type { CompiledPlacement, Verdict } from '../../shared/placement/types.ts';
import type { AsOf } from '../../shared/rpc/wire-moment.ts';
import type { Presence } from '../../shared/rpc/wire-words.ts';
import type { Pair } from '../evaluation/placement-table.ts';
import type { Tally } from './counts.ts';

export interface ClusterSnapshot {
  readonly asOf: AsOf;
  /** False while sources are still being read. */
  readonly isSynced: boolean;
  /** Sorted. */
  nodeNames(): Promise<readonly string[]>;
  /** In the order of the names; those that are not on the roll are left out. */
  nodes(names: readonly string[]): AsyncIterable<NodeSnapshot>;
  /** Every DaemonSet in force or refused, in the order of their keys. */
  daemonSets(): Promise<ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>>;
  /** Counts over all nodes; of at least these DaemonSets. */
  tally(keys: readonly DaemonSetKey[]): Promise<Tally>;
}

export interface DaemonSetSnapshot {
  readonly key: DaemonSetKey;
  /** What is in force; `null` where no good version was ever seen. */
  readonly placed: PlacedDaemonSet | null;
  /** Everything that Kubernetes accepts of it but its author hardly meant. */
  readonly warnings: readonly ManifestProblem[];
  /** Why the newest manifest was refused. */
  readonly rejections: readonly ManifestProblem[];
}

export interface PlacedDaemonSet {
  readonly record: DaemonSetRecord;
  /** The revision at which it came into force. */
  readonly effectiveRevision: number;
  readonly compiled: CompiledPlacement;
}

export interface NodeSnapshot {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly object: Node;
  readonly origin: 'agent' | 'inventory' | '';
  readonly source: string;
  readonly observedMs: number;
  /** The revision at which the facts came into force; 0 where only the journal would know. */
  readonly factsRevision: number;
  /** Set while the agent cannot read its source. */
  readonly problem: string;
  readonly presence: Presence;
  /** 0: never. */
  readonly lastSeenMs: number;
  /** Its agent is connected and holds, acknowledged, the newest assignments. */
  readonly isSettled: boolean;
  /** And it has held its pods against them. */
  readonly hasAnswered: boolean;
  /** The newest version among the node's assignments; 0 without any. What ended has none, so the agent may have acknowledged more. */
  readonly revision: number;
  readonly acknowledgedRevision: number;
  /** The newest answer of its agent's session was a refusal. */
  readonly isRefusing: boolean;
  /** As its agent last said. */
  readonly pods: readonly PodHealth[];
  /** Where assignments and reality disagree; of a silent node nobody can say. */
  readonly drifts: readonly Drift[];
  readonly assignments: readonly Assignment[];
  pair(daemonSet: DaemonSetKey): Pair | undefined;
  /** `null` for a pair that does not exist. */
  verdict(daemonSet: DaemonSetKey): Verdict | null;
  /** Whether the DaemonSet selects the node, whatever its taints. */
  isWanted(daemonSet: DaemonSetKey): boolean;
  /** How many DaemonSets select the node. */
  readonly wantedCount: number;
  /** Whether a daemon pod of a DaemonSet has room on the node. */
  readonly fits: (daemonSet: DaemonSetKey) => FitResult;
}

/**
 * Of a silent node nobody can say what runs, so every DaemonSet that is wanted there drifts as unknown: since its agent
 * spoke last, or, where none ever did, since the daemon pod belongs there. A node that just joined has its grace that
 * way, and a coordinator that starts anew forgets nothing.
 */
export function driftsOfSilentNode(
  node: Pick<NodeSnapshot, 'name' | 'presence' | 'lastSeenMs' | 'assignments' | 'pair'>,
): Drift[] {
  const { name, presence, lastSeenMs, assignments } = node;
  const detail =
    presence === 'never-seen' ? 'no agent of this node has ever answered' : 'the agent of this node is silent';
  return assignments
    .filter(({ verdict }) => verdict === 'run')
    .map(({ daemonSet }): Drift => {
      const sinceMs = lastSeenMs || (node.pair(daemonSet)?.sinceMs ?? 0);
      return { kind: 'unknown', daemonSet, node: name, podName: '', detail, sinceMs };
    })
    .sort((left, right) => (left.daemonSet < right.daemonSet ? -1 : 1));
}

/** Words that tell people of which moment an answer is; nothing for now. */
export function asOfWords({ revision, recordedMs, isFromJournal }: AsOf): string {
  return isFromJournal ? ` at revision ${revision} (recorded at ${new Date(recordedMs).toISOString()})` : '';
}
