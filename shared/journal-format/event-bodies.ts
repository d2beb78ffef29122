/** The JSON bodies of rows, by kind of event, as the database stores them. A decision has no body. */

import type { ManifestProblem } from '../kubernetes/manifests/manifest-problem.ts';
import type { ClusterWrite } from '../model/cluster-write.ts';
import type { DaemonSetRecord } from '../model/daemon-set-record.ts';
import type { Drift } from '../model/drift.ts';
import type { NodeFacts } from '../model/node-facts.ts';
import type { PodHealth } from '../model/pod-health.ts';
import type { Change, FactsOrigin, RetentionSeal } from './events.ts';

export interface NodeBody {
  readonly facts: NodeFacts | null;
  readonly origin: FactsOrigin;
  readonly source: string;
  readonly changes: readonly Change[];
}

export interface DaemonSetBody {
  readonly record: DaemonSetRecord | null;
  readonly problems: readonly ManifestProblem[];
  readonly changes: readonly Change[];
}

export interface AgentBody {
  readonly sessionId: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly peerAddress: string;
  readonly lastSeenMs: number;
  readonly detail: string;
}

export interface AssignmentBody {
  readonly assignmentRevision: number;
  readonly digest: string;
  readonly instanceId: string;
  readonly detail: string;
}

export interface PodBody {
  readonly pods: readonly PodHealth[];
  readonly verifiedRevision: number;
  readonly changes: readonly Change[];
}

export type DriftBody = Omit<Drift, 'node' | 'daemonSet'>;

export interface CoordinatorBody {
  readonly detail: string;
  readonly seal?: RetentionSeal;
  readonly problems?: readonly string[];
}

export interface AccessBody {
  readonly method: string;
  readonly reason: string;
  readonly detail: string;
  readonly peerAddress: string;
  readonly count: number;
}

export interface WriteBody {
  readonly write: ClusterWrite;
  readonly message: string;
}
