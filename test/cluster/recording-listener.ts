/** A listener that records every call as one line, and the state that results. */
import type {
  AppliedDaemonSet,
  AppliedNode,
  ClusterListener,
  RejectedDaemonSet,
} from '../../coordinator/cluster/cluster-source.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';

export class RecordingListener implements ClusterListener {
  /** Since the last `take`. */
  #calls: string[] = [];
  readonly applied = new Map<string, AppliedDaemonSet>();
  readonly rejected = new Map<string, RejectedDaemonSet>();
  readonly nodes = new Map<string, AppliedNode>();
  readonly unbound = new Map<string, readonly PodHealth[]>();
  problems: readonly ManifestProblem[] = [];
  unreadPaths: readonly string[] | undefined;

  /** Returns the calls since the last `take`. */
  take(): string[] {
    const emitted = this.#calls;
    this.#calls = [];
    return emitted;
  }

  get callCount(): number {
    return this.#calls.length;
  }

  daemonSetApplied(entry: AppliedDaemonSet): void {
    this.applied.set(entry.key, entry);
    this.rejected.delete(entry.key);
    this.#calls.push(`applied ${entry.key}`);
  }

  daemonSetRejected(entry: RejectedDaemonSet): void {
    this.rejected.set(entry.key, entry);
    this.#calls.push(`rejected ${entry.key}`);
  }

  daemonSetRemoved(key: string): void {
    this.applied.delete(key);
    this.rejected.delete(key);
    this.#calls.push(`removed ${key}`);
  }

  nodeApplied(entry: AppliedNode): void {
    this.nodes.set(entry.facts.name, entry);
    this.#calls.push(`node applied ${entry.facts.name}`);
  }

  nodeRemoved(name: string): void {
    this.nodes.delete(name);
    this.#calls.push(`node removed ${name}`);
  }

  unboundPodsChanged(node: string, pods: readonly PodHealth[]): void {
    this.unbound.set(node, pods);
    this.#calls.push(`unbound ${node} ${pods.map(({ podName }) => podName).join(',')}`);
  }

  problemsChanged(problems: readonly ManifestProblem[]): void {
    this.problems = problems;
    this.#calls.push(`problems ${problems.map(({ code }) => code).join(',')}`);
  }

  synced(unreadPaths: readonly string[]): void {
    this.unreadPaths = unreadPaths;
    this.#calls.push(`synced ${unreadPaths.length}`);
  }
}
