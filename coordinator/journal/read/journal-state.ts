/** The state that was in effect when the journal was opened, from which a starting coordinator continues. */

import type { FactsOrigin, WriteEvent } from '../../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../../shared/kubernetes/manifests/manifest-problem.ts';
import type { DaemonSetRecord } from '../../../shared/model/daemon-set-record.ts';
import type { Drift } from '../../../shared/model/drift.ts';
import type { NodeFacts } from '../../../shared/model/node-facts.ts';
import type { PodHealth } from '../../../shared/model/pod-health.ts';
import type { Verdict } from '../../../shared/placement/types.ts';

export interface JournalState {
  /** The newest revision; 0 in a new journal. */
  readonly revision: number;
  /** The engine version of the newest coordinator; `null` in a new journal. */
  readonly engineVersion: string | null;
  readonly nodes: readonly NodeState[];
  readonly daemonSets: readonly DaemonSetState[];
  /** Can be iterated only once. */
  readonly placements: Iterable<EffectivePlacement>;
  /** The most recently removed DaemonSets, newest first. */
  readonly removedDaemonSets: readonly RemovedDaemonSet[];
  readonly agents: readonly AgentState[];
  readonly pods: readonly PodState[];
  readonly drifts: readonly Drift[];
  /** Intents without an outcome: the coordinator ended between the two. In the order of their revisions. */
  readonly openIntents: readonly OpenIntent[];
}

export type OpenIntent = Pick<WriteEvent, 'node' | 'daemonSet' | 'write' | 'cause'> & { readonly revision: number };

export interface NodeState {
  readonly facts: NodeFacts;
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly observedMs: number;
  /** The revision at which these facts took effect. */
  readonly effectiveRevision: number;
}

export interface DaemonSetState {
  readonly key: DaemonSetKey;
  /** `null` when there was no valid manifest yet. */
  readonly record: DaemonSetRecord | null;
  /** The revision at which the record took effect; 0 without a record. */
  readonly effectiveRevision: number;
  readonly problems: readonly ManifestProblem[];
}

export interface EffectivePlacement {
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly verdict: Verdict;
  /** The revision of the decision. */
  readonly effectiveRevision: number;
  readonly sinceMs: number;
}

export interface RemovedDaemonSet {
  readonly key: DaemonSetKey;
  readonly removedRevision: number;
}

export interface AgentState {
  readonly node: string;
  /** 0: none yet. */
  readonly acknowledgedRevision: number;
  /** Hexadecimal; `''`: none yet. */
  readonly digest: string;
  readonly instanceId: string;
  readonly lastSeenMs: number;
  /** Whether it connected and was not recorded as absent since. */
  readonly isPresent: boolean;
}

export interface PodState {
  readonly node: string;
  readonly pods: readonly PodHealth[];
  readonly verifiedRevision: number;
  readonly observedMs: number;
}
