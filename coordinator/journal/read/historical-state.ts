/** Answers to questions about the past. `version` is the row that brought what held, as everywhere. */

import type { Cause, DecisionEvent, Recorded } from '../../../shared/journal-format/events.ts';
import type { Drift } from '../../../shared/model/drift.ts';
import type { PairChange } from '../../../shared/model/pair-change.ts';
import type { DaemonSetState, EffectivePlacement, NodeState, PodState } from './journal-state.ts';

export type NodeAt = NodeState;
export type DaemonSetAt = DaemonSetState;
export type PodsAt = PodState & { readonly effectiveRevision: number };
export type DriftAt = Drift & { readonly effectiveRevision: number };

/** What the record says of a node's agent. */
export interface AgentAt {
  readonly isPresent: boolean;
  /** Its stream is open, as far as was recorded. */
  readonly isConnected: boolean;
  /** As far as was recorded: heartbeats are not. */
  readonly lastSeenMs: number;
  /** 0: none yet. */
  readonly acknowledgedRevision: number;
  /** Of what it acknowledged, hexadecimal; `''`: nothing yet. */
  readonly digest: string;
  /** The newest answer of its session was a refusal. */
  readonly isRefusing: boolean;
}

/** What a decision rested on; `null` where it is not kept any more, or never was. */
export interface DecisionInputs {
  readonly node: NodeAt | null;
  readonly daemonSet: DaemonSetAt | null;
}

/** The placement of one pair, the decision that brought it, and what that rested on. */
export interface PlacementAt {
  readonly placement: EffectivePlacement;
  readonly decision: DecisionEvent & Recorded;
  readonly inputs: DecisionInputs;
}

/** A pair whose verdict at one revision differs from the verdict at an earlier one. */
export interface RecordedPairChange extends PairChange {
  /** How many decisions it took. */
  readonly decisionCount: number;
  /** The last of them. */
  readonly revision: number;
  readonly occurredMs: number;
  readonly cause: Cause;
}
