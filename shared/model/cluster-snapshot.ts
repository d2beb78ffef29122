/**
 * The state of a cluster at one moment, from which every answer about nodes, DaemonSets and placements is made.
 * It hides where the state comes from: a running coordinator (LiveSnapshot) or the journal (HistoricalSnapshot).
 */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { Node } from '../kubernetes/objects.ts';
import type { Verdict } from '../placement/types.ts';
import type { AsOf } from './as-of.ts';
import type { Assignment } from './assignment.ts';
import type { PlacedDaemonSet } from './daemon-set-record.ts';
import type { Drift } from './drift.ts';
import type { EffectiveVerdict } from './effective-verdict.ts';
import type { FitResult } from './fit-result.ts';
import type { NodeFacts } from './node-facts.ts';
import type { PodHealth } from './pod-health.ts';
import type { Presence } from './presence.ts';
import type { Tally } from './tally.ts';

export interface ClusterSnapshot {
  readonly asOf: AsOf;
  /** False until all sources have been read once. */
  readonly isSynced: boolean;
  /** Sorted. */
  nodeNames(): Promise<readonly string[]>;
  /** In the order of the names; unknown names are skipped. */
  nodes(names: readonly string[]): AsyncIterable<NodeSnapshot>;
  /** Every DaemonSet that is in force or rejected, sorted by key. */
  daemonSets(): Promise<ReadonlyMap<DaemonSetKey, DaemonSetSnapshot>>;
  /** Counts over all nodes, for at least these DaemonSets. */
  tally(keys: readonly DaemonSetKey[]): Promise<Tally>;
}

export interface DaemonSetSnapshot {
  readonly key: DaemonSetKey;
  /** The version in force; `null` if no valid version was ever seen. */
  readonly placed: PlacedDaemonSet | null;
  /** What Kubernetes accepts although the author probably did not intend it. */
  readonly warnings: readonly ManifestProblem[];
  /** Why the newest manifest was rejected. */
  readonly rejections: readonly ManifestProblem[];
}

export interface NodeSnapshot {
  readonly name: string;
  readonly facts: NodeFacts;
  readonly object: Node;
  readonly origin: 'agent' | 'inventory' | '';
  readonly source: string;
  readonly observedMs: number;
  /** The revision at which the facts came into force; 0 if it has to be read from the journal. */
  readonly factsRevision: number;
  /** Set while the agent cannot read its source. */
  readonly problem: string;
  readonly presence: Presence;
  /** 0: never. */
  readonly lastSeenMs: number;
  /** The agent is connected and has acknowledged the newest assignments. */
  readonly hasAcknowledged: boolean;
  /** The agent has also verified its pods against these assignments. */
  readonly hasReported: boolean;
  /** The newest effective revision of the assignments; 0 without any. The agent may have acknowledged a newer one that has ended. */
  readonly revision: number;
  readonly acknowledgedRevision: number;
  /** The agent refused the newest update of its session. */
  readonly isRefusing: boolean;
  /** As its agent last reported. */
  readonly pods: readonly PodHealth[];
  /** Differences between assignments and pods; of kind `unknown` while the agent does not report. */
  readonly drifts: readonly Drift[];
  readonly assignments: readonly Assignment[];
  pair(daemonSet: DaemonSetKey): EffectiveVerdict | undefined;
  /** `null` for an unknown DaemonSet. */
  verdict(daemonSet: DaemonSetKey): Verdict | null;
  /** Whether the DaemonSet selects the node, regardless of taints. */
  isSelected(daemonSet: DaemonSetKey): boolean;
  /** How many DaemonSets select the node. */
  readonly selectedCount: number;
  /** Whether a daemon pod of a DaemonSet has room on the node. */
  readonly fits: (daemonSet: DaemonSetKey) => FitResult;
}
