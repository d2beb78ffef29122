/**
 * The interface behind which DaemonSets and the roll come from: a folder of manifests, or an API server.
 * A source tells differences only, and decides nothing.
 */
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { DaemonSet } from '../../shared/kubernetes/objects.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';

export interface ClusterSource {
  /** @throws RollcallError ARGUMENT_INVALID where what the source is told to read does not exist. */
  start(listener: ClusterListener): void;
  /** Nothing is told after it. */
  close(): void;
  /** What following an API server took, by what is followed; nothing where there is none. */
  counts(): Readonly<Record<string, ListWatchCounts>>;
}

export interface ClusterListener {
  /** A DaemonSet is new, or its manifest changed, or it is good again after a rejection. */
  daemonSetApplied(entry: AppliedDaemonSet): void;
  /** The newest manifest of a DaemonSet is refused; the last good version stays in force. */
  daemonSetRejected(entry: RejectedDaemonSet): void;
  /** A DaemonSet that was applied or rejected is gone. */
  daemonSetRemoved(key: DaemonSetKey, actor: string): void;
  /** A node of the roll is new, or changed there. */
  nodeApplied(entry: AppliedNode): void;
  nodeRemoved(name: string, actor: string): void;
  /** The daemon pods that name this node in their affinity and that the scheduler has not bound are now these. */
  unboundPodsChanged(node: string, pods: readonly PodHealth[]): void;
  /**
   * Everything that is wrong with the sources now and is nobody's DaemonSet: unreadable files, wrong
   * kinds, duplicate names, nodes that cannot be used. Each call replaces what the one before said.
   */
  problemsChanged(problems: readonly ManifestProblem[]): void;
  /**
   * The sources have been read. What was neither applied nor rejected by now does not exist, except
   * what was last seen in one of `unreadPaths`: of those nobody can say. Called once after the first
   * reading, and again each time `unreadPaths` changes.
   */
  synced(unreadPaths: readonly string[]): void;
}

export interface AppliedDaemonSet {
  readonly key: DaemonSetKey;
  /** Validated, with Kubernetes' defaults filled in. */
  readonly daemonSet: DaemonSet;
  /** For people: `path:line` at the time of the change, or the object's address. */
  readonly source: string;
  /** Who changed it: a file's path, or a field manager. */
  readonly actor: string;
  /** When it was changed; left out where the source does not know. */
  readonly changedMs?: number;
  /** How the cluster names this template in its daemon pods; left out where there is no cluster to ask. */
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
