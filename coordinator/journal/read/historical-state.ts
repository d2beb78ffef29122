/** The state at an earlier revision. `effectiveRevision` is the row with which a state took effect. */

import type { Cause, DecisionEvent, Recorded } from '../../../shared/journal-format/events.ts';
import type { Drift } from '../../../shared/model/drift.ts';
import type { PairChange } from '../../../shared/model/pair-change.ts';
import type { DaemonSetState, EffectivePlacement, NodeState, PodState } from './journal-state.ts';

export type NodeAt = NodeState;
export type DaemonSetAt = DaemonSetState;
export type PodsAt = PodState & { readonly effectiveRevision: number };
export type DriftAt = Drift & { readonly effectiveRevision: number };

/** The recorded state of a node's agent. */
export interface AgentAt {
  readonly isPresent: boolean;
  /** Whether its stream is open, as far as it is recorded. */
  readonly isConnected: boolean;
  /** As far as it is recorded. Heartbeats are not. */
  readonly lastSeenMs: number;
  /** 0: none yet. */
  readonly acknowledgedRevision: number;
  /** The digest of the acknowledged assignments, hexadecimal; `''`: none yet. */
  readonly digest: string;
  /** Whether the newest answer of its session is a refusal. */
  readonly isRefusing: boolean;
}

/** The inputs of a decision; `null` when an input was pruned or never recorded. */
export interface DecisionInputs {
  readonly node: NodeAt | null;
  readonly daemonSet: DaemonSetAt | null;
}

/** The placement of a pair, its decision, and the inputs of that decision. */
export interface PlacementAt {
  readonly placement: EffectivePlacement;
  readonly decision: DecisionEvent & Recorded;
  readonly inputs: DecisionInputs;
}

/** A pair whose verdict at one revision differs from the verdict at an earlier one. */
export interface RecordedPairChange extends PairChange {
  /** The number of decisions between the two revisions. */
  readonly decisionCount: number;
  /** The revision of the last of these decisions. */
  readonly revision: number;
  readonly occurredMs: number;
  readonly cause: Cause;
}
