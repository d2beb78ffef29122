/**
 * The events of the journal: a union with one member per kind. A row stores exactly these fields, so nothing that may be secret has a
 * field here (docs/invariants.md, 11).
 */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { ClusterWrite } from '../model/cluster-write.ts';
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
  | 'retention'
  | 'pod-change';

/** The cause of an event. */
export interface Cause {
  readonly trigger: Trigger;
  /** The earlier row that caused this one; 0: none. */
  readonly revision: number;
  /** A field manager, a user or an agent; `''` when unknown. */
  readonly actor: string;
}

/** A field before and after a change; `null` when it did not exist. */
export interface Change {
  readonly field: string;
  readonly from: string | null;
  readonly to: string | null;
}

interface EventBase {
  /** When it happened. A disconnected agent reports events later. */
  readonly occurredMs: number;
  readonly cause: Cause;
}

/** A placement changed. `null`: the pair did not exist before, or no longer exists. */
export interface DecisionEvent extends EventBase {
  readonly kind: 'decision';
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly from: Verdict | null;
  readonly to: Verdict | null;
  readonly engineVersion: string;
}

/** The origin of a node's facts: its agent, or the node inventory (manifests or the API server). */
export type FactsOrigin = 'agent' | 'inventory';

/** The facts of a node changed. `removed` also ends the agent's pods, drifts and acknowledgement. */
export interface NodeEvent extends EventBase {
  readonly kind: 'node';
  readonly action: 'added' | 'changed' | 'removed';
  readonly node: string;
  /** All facts after the change; `null` when removed. */
  readonly facts: NodeFacts | null;
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly changes: readonly Change[];
}

/**
 * A DaemonSet changed. `rejected`: a newer manifest is invalid, and the last valid version, if any, stays in effect. `accepted`: the
 * manifest is valid again and equals the version in effect.
 */
export interface DaemonSetEvent extends EventBase {
  readonly kind: 'daemon-set';
  readonly action: 'added' | 'changed' | 'removed' | 'rejected' | 'accepted';
  readonly daemonSet: DaemonSetKey;
  /** The version that takes effect with `added` and `changed`; ignored with other actions. */
  readonly record: DaemonSetRecord | null;
  /** The problems of the newest manifest. */
  readonly problems: readonly ManifestProblem[];
  readonly changes: readonly Change[];
}

/** An agent connected, disconnected, or was refused. */
export interface AgentEvent extends EventBase {
  readonly kind: 'agent';
  readonly action: 'connected' | 'disconnected' | 'absent' | 'refused' | 'superseded' | 'drained';
  readonly node: string;
  readonly sessionId: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly peerAddress: string;
  /** When the last message of the agent arrived. */
  readonly lastSeenMs: number;
  readonly detail: string;
}

/** An agent answered an assignment update. */
export interface AssignmentEvent extends EventBase {
  readonly kind: 'assignment';
  readonly action: 'acknowledged' | 'refused';
  readonly node: string;
  /** The revision of the assignments that this answer is about. */
  readonly assignmentRevision: number;
  /** SHA-256 of the agent's assignments, hexadecimal. */
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
  /** The revision of the assignments with which the agent compared its pods. */
  readonly verifiedRevision: number;
  readonly changes: readonly Change[];
}

/** A drift began, ended, or changed its detail. Node, DaemonSet, kind and pod name identify a drift. */
export interface DriftEvent extends EventBase {
  readonly kind: 'drift';
  readonly action: 'began' | 'ended' | 'changed';
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly drift: Drift;
}

/**
 * Calls of one caller were denied. Denials of the same kind within a short time share a row; `count` is their number. No part of a
 * credential is recorded; the ID of a token is part of the cause's actor.
 */
export interface AccessEvent extends EventBase {
  readonly kind: 'access';
  readonly action: 'denied';
  /** The node for which the caller acted; `''`: none. */
  readonly node: string;
  /** The called method, `Service/Method`. */
  readonly method: string;
  /** A reason from the catalog of errors. */
  readonly reason: string;
  readonly detail: string;
  readonly peerAddress: string;
  readonly count: number;
}

/** Proves that the rows of a pruned journal are unaltered. Hashes are hexadecimal. */
export interface RetentionSeal {
  /** The horizon: the newest pruned row, and its hash, with which the chain starts. */
  readonly prunedThrough: number;
  readonly prunedHash: string;
  /** The number of rows up to the horizon that were kept because they are in effect there, and their digest (docs/journal.md). */
  readonly keptCount: number;
  readonly keptDigest: string;
}

/** The coordinator started, stopped, found a problem, or pruned its journal. */
export interface CoordinatorEvent extends EventBase {
  readonly kind: 'coordinator';
  readonly action: 'started' | 'stopped' | 'problem' | 'pruned';
  readonly detail: string;
  /** Only with `pruned`. */
  readonly seal?: RetentionSeal;
  /** Only with `problem`, in the last row of a change: all current problems of the sources, one sentence each. */
  readonly problems?: readonly string[];
  readonly engineVersion: string;
}

/**
 * A write of the coordinator to the cluster: `intended` before the request, and one of the others after it. The cause of an outcome
 * is the row of its intent. `skipped`: nothing was sent, because of a dry run.
 */
export interface WriteEvent extends EventBase {
  readonly kind: 'write';
  readonly action: 'intended' | 'succeeded' | 'failed' | 'skipped';
  /** `''` for an object that belongs to no node. */
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  readonly write: ClusterWrite;
  /** Why the write failed or was skipped, or what was found instead; otherwise `''`. */
  readonly message: string;
}

/** An event to record. The caller must not change it afterwards. */
export type NewEvent =
  | DecisionEvent
  | NodeEvent
  | DaemonSetEvent
  | AgentEvent
  | AssignmentEvent
  | PodEvent
  | DriftEvent
  | CoordinatorEvent
  | AccessEvent
  | WriteEvent;

export type EventKind = NewEvent['kind'];

/** The actions of all kinds. Decisions have none. */
export type Action = Extract<NewEvent, { action: string }>['action'];

/** The fields that recording adds to an event. */
export interface Recorded {
  /** The row's sequence number. */
  readonly revision: number;
  /** When the coordinator recorded it. Never less than in the previous row. */
  readonly recordedMs: number;
}

export type JournalEvent = NewEvent & Recorded;
