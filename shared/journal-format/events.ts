/**
 * What the journal records: one union, one member per kind of event. A row holds what stands here
 * and nothing else, so whatever may be secret has no field here (docs/invariants.md, 11).
 */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { DaemonSetRecord } from '../model/daemon-set-record.ts';
import type { Drift } from '../model/drift.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Verdict } from '../placement/types.ts';

export type Trigger =
  | 'node-report'
  | 'daemon-set-change'
  | 'node-change'
  | 'operator'
  | 'restart'
  | 'engine-upgrade'
  | 'agent'
  | 'retention';

/** What made an event happen. */
export interface Cause {
  readonly trigger: Trigger;
  /** The row that made this one happen, always an earlier one; 0: none. */
  readonly revision: number;
  /** Who: a field manager, a user, an agent; `''` where it is not known. */
  readonly actor: string;
}

/** One field before and after; `null` where it was not there. */
export interface Change {
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

interface EventBase {
  /** When it happened, which an agent may say long after. */
  readonly occurredMs: number;
  readonly cause: Cause;
}

/** A placement changed. `null` stands for a pair that does not exist (any more). */
export interface DecisionEvent extends EventBase {
  readonly kind: 'decision';
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly from: Verdict | null;
  readonly to: Verdict | null;
  readonly engineVersion: string;
}

/** Where facts of a node come from: its agent, or the node inventory (manifests or the API server). */
export type FactsOrigin = 'agent' | 'inventory';

/** Facts of a node changed. `removed` also ends what its agent said: pods, drifts, acknowledgement. */
export interface NodeEvent extends EventBase {
  readonly kind: 'node';
  readonly action: 'added' | 'changed' | 'removed';
  readonly node: string;
  /** The whole facts after the change; `null` when removed. */
  readonly facts: NodeFacts | null;
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly changes: readonly Change[];
}

/**
 * A DaemonSet changed. `rejected`: a newer manifest was refused, and the last good version, if any,
 * stays in force. `accepted`: the manifest is good again and equals the version in force.
 */
export interface DaemonSetEvent extends EventBase {
  readonly kind: 'daemon-set';
  readonly action: 'added' | 'changed' | 'removed' | 'rejected' | 'accepted';
  readonly daemonSet: DaemonSetKey;
  /** The version that comes into force with `added` and `changed`; not read with the other actions. */
  readonly record: DaemonSetRecord | null;
  /** What is wrong with the newest manifest. */
  readonly problems: readonly ManifestProblem[];
  readonly changes: readonly Change[];
}

/** An agent came, went, or was refused. */
export interface AgentEvent extends EventBase {
  readonly kind: 'agent';
  readonly action: 'connected' | 'disconnected' | 'absent' | 'refused' | 'superseded' | 'drained';
  readonly node: string;
  readonly sessionId: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly peerAddress: string;
  /** When the agent last said anything. */
  readonly lastSeenMs: number;
  readonly detail: string;
}

/** An agent answered an assignment update. */
export interface AssignmentEvent extends EventBase {
  readonly kind: 'assignment';
  readonly action: 'acknowledged' | 'refused';
  readonly node: string;
  /** The revision of the assignments that the agent answers. */
  readonly assignmentRevision: number;
  /** SHA-256 over the assignments of the agent, hexadecimal. */
  readonly digest: string;
  readonly instanceId: string;
  readonly detail: string;
}

/** The health of a node's daemon pods changed. */
export interface PodEvent extends EventBase {
  readonly kind: 'pod';
  readonly action: 'changed';
  readonly node: string;
  /** All daemon pods of the node after the change. */
  readonly pods: readonly PodHealth[];
  /** The assignments' revision that the agent held its pods against. */
  readonly verifiedRevision: number;
  readonly changes: readonly Change[];
}

/** A drift, told from others by node, DaemonSet, kind and pod name, began, ended, or changed its detail. */
export interface DriftEvent extends EventBase {
  readonly kind: 'drift';
  readonly action: 'began' | 'ended' | 'changed';
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly drift: Drift;
}

/**
 * A caller was denied something. Denials of one caller and kind within a while share a row; `count` is
 * how many it stands for. Nothing of a credential is here; a token's id is part of the cause's actor.
 */
export interface AccessEvent extends EventBase {
  readonly kind: 'access';
  readonly action: 'denied';
  /** The node that was spoken for; `''` where none was named. */
  readonly node: string;
  /** What was called, `Service/Method`. */
  readonly method: string;
  /** From the catalogue of errors. */
  readonly reason: string;
  readonly detail: string;
  readonly peerAddress: string;
  readonly count: number;
}

/** What vouches for a pruned journal. Hashes are hexadecimal. */
export interface RetentionSeal {
  /** The horizon: the newest row that was pruned, and its hash, from which the chain goes on. */
  readonly prunedThrough: number;
  readonly prunedHash: string;
  /** Rows up to the horizon that were still in force there and stay, and a digest of them (docs/journal.md). */
  readonly keptCount: number;
  readonly keptDigest: string;
}

/** The coordinator started, stopped, met a problem, or pruned its journal. */
export interface CoordinatorEvent extends EventBase {
  readonly kind: 'coordinator';
  readonly action: 'started' | 'stopped' | 'problem' | 'pruned';
  readonly detail: string;
  /** With `pruned`. */
  readonly seal?: RetentionSeal;
  /** With `problem`, in the last of the rows of one change: all that is wrong with the sources then, a sentence for each. */
  readonly problems?: readonly string[];
  readonly engineVersion: string;
}

/** An event that is to be recorded. It must not be changed once it is handed over. */
export type NewEvent =
  | DecisionEvent
  | NodeEvent
  | DaemonSetEvent
  | AgentEvent
  | AssignmentEvent
  | PodEvent
  | DriftEvent
  | CoordinatorEvent
  | AccessEvent;

export type EventKind = NewEvent['kind'];

/** What happened, for every kind but decisions. */
export type Action = Extract<NewEvent, { action: string }>['action'];

/** What recording adds to an event. */
export interface Recorded {
  /** The row's sequence number. */
  readonly revision: number;
  /** When the coordinator recorded it; never less than in the row before. */
  readonly recordedMs: number;
}

export type JournalEvent = NewEvent & Recorded;
