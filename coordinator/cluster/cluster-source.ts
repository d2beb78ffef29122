/**
 * The port to the source of DaemonSets and nodes: a folder of manifests, or an API server. A source emits changes only and
 * decides nothing.
 */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { DaemonSet } from '../../shared/kubernetes/objects.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';

export interface ClusterSource {
  /** @throws RollcallError ARGUMENT_INVALID if a path of the source does not exist */
  start(listener: ClusterListener): void;
  /** Nothing is emitted after it. */
  close(): void;
  /** Counts of lists and watches by collection; empty without an API server. */
  counts(): Readonly<Record<string, ListWatchCounts>>;
}

export interface ClusterListener {
  /** A DaemonSet was added or changed, or is valid again after a rejection. */
  daemonSetApplied(entry: AppliedDaemonSet): void;
  /** The newest manifest of a DaemonSet is rejected; the last accepted version stays in force. */
  daemonSetRejected(entry: RejectedDaemonSet): void;
  /** A DaemonSet that was applied or rejected was removed. */
  daemonSetRemoved(key: DaemonSetKey, actor: string): void;
  /** A node was added to the inventory or changed in it. */
  nodeApplied(entry: AppliedNode): void;
  nodeRemoved(name: string, actor: string): void;
  /** All daemon pods for the node that the scheduler has not bound yet. */
  unboundPodsChanged(node: string, pods: readonly PodHealth[]): void;
  /**
   * All current problems of the source that belong to no DaemonSet: unreadable files, wrong kinds, duplicate names, invalid
   * nodes. Each call replaces the previous one.
   */
  problemsChanged(problems: readonly ManifestProblem[]): void;
  /**
   * The source has been read. An object that was neither applied nor rejected does not exist, unless it was last seen in one of
   * `unreadPaths`, which cannot be read. Called after the first read, and again whenever `unreadPaths` changes.
   */
  synced(unreadPaths: readonly string[]): void;
}

export interface AppliedDaemonSet {
  readonly key: DaemonSetKey;
  /** Validated, with Kubernetes' defaults filled in. */
  readonly daemonSet: DaemonSet;
  /** For people: `path:line` at the time of the change, or the URL of the object. */
  readonly source: string;
  /** Who changed it: the path of a file, or a field manager. */
  readonly actor: string;
  /** When it was changed; unset if unknown. */
  readonly changedMs?: number;
  /** The hash by which the cluster labels pods of this template; unset without a cluster. */
  readonly templateRevision?: string;
  readonly warnings: readonly ManifestProblem[];
}

export interface RejectedDaemonSet {
  readonly key: DaemonSetKey;
  readonly source: string;
  readonly actor: string;
  readonly problems: readonly ManifestProblem[];
}

export interface AppliedNode {
  readonly facts: NodeFacts;
  readonly source: string;
  readonly actor: string;
  readonly changedMs?: number;
}
