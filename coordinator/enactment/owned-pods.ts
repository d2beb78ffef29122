/**
 * The pods that the planner sees: those that the watch shows, and what this coordinator wrote and the watch does not show yet. A
 * planner that only read the watch would repeat its own writes.
 */
import type { OwnedPod } from '../rollout/daemon-set-state.ts';

/** Called with the uid of the controller before and after a change; `''` for a pod without a controller. */
export type PodsChanged = (namespace: string, controllerUids: readonly string[]) => void;

type PodKey = string;

export class OwnedPods {
  readonly #changed: PodsChanged;
  readonly #pods = new Map<PodKey, OwnedPod>();
  /** By the uid of the controller; pods without one by their namespace. */
  readonly #groups = new Map<string, Map<PodKey, OwnedPod>>();
  /** Written by this coordinator and not yet shown by the watch, with the time of the response. */
  readonly #unobserved = new Map<PodKey, number>();
  /** The uids of pods whose deletion was accepted and is not yet shown by the watch, with the time of the response. */
  readonly #deleted = new Map<string, number>();

  constructor(changed: PodsChanged) {
    this.#changed = changed;
  }

  /** The watch shows the pod in this state. */
  applied(pod: OwnedPod): void {
    const key = keyOf(pod);
    this.#unobserved.delete(key);
    if (pod.isTerminating) this.#deleted.delete(pod.uid);
    this.#put(key, pod);
  }

  /** The watch shows that the pod is gone. */
  removed(pod: OwnedPod): void {
    const key = keyOf(pod);
    this.#deleted.delete(pod.uid);
    const known = this.#pods.get(key);
    // A pod of the same name that was created since is another pod.
    if (known !== undefined && known.uid !== pod.uid) return;
    this.#unobserved.delete(key);
    this.#take(key);
    this.#changed(pod.namespace, [pod.controllerUid]);
  }

  /**
   * The API server stored or returned this pod in response to a request. `before`: what was known of it when the request was sent. If
   * the watch has shown another state since, that state stays, because the response can be older.
   */
  written(pod: OwnedPod, before: OwnedPod | undefined, nowMs: number): void {
    const key = keyOf(pod);
    if (this.#pods.get(key) !== before) return;
    this.#unobserved.set(key, nowMs);
    this.#put(key, pod);
  }

  /** The API server accepted the deletion of this pod. */
  deleted(pod: OwnedPod, nowMs: number): void {
    if (this.#pods.get(keyOf(pod))?.uid !== pod.uid) return;
    this.#deleted.set(pod.uid, nowMs);
    this.#changed(pod.namespace, [pod.controllerUid]);
  }

  /** With a dry run: the pod would be in this state. It stays so until the watch shows the pod. */
  assumed(pod: OwnedPod): void {
    this.#put(keyOf(pod), pod);
  }

  /** With a dry run: the pod would be deleted. */
  assumedDeleted(pod: OwnedPod): void {
    this.#deleted.set(pod.uid, Number.POSITIVE_INFINITY);
  }

  /** The live state of a pod that the watch has not shown for too long; `null` if it does not exist. */
  confirmed(pod: OwnedPod, live: OwnedPod | null): void {
    this.#unobserved.delete(keyOf(pod));
    this.#deleted.delete(pod.uid);
    // The watch has shown another state since, which can be newer.
    if (this.#pods.get(keyOf(pod)) !== pod) return;
    if (live === null) this.removed(pod);
    else this.applied(live);
  }

  /** Pods whose last write the watch has not shown although the response is older than `beforeMs`. */
  overdue(beforeMs: number): OwnedPod[] {
    const keys = [...this.#unobserved].filter(([, sinceMs]) => sinceMs < beforeMs).map(([key]) => key);
    const unobserved = keys.flatMap((key) => this.#pods.get(key) ?? []);
    if (this.#deleted.size === 0) return unobserved;
    const isOverdue = ({ uid }: OwnedPod) => (this.#deleted.get(uid) ?? beforeMs) < beforeMs;
    return [...unobserved, ...[...this.#pods.values()].filter(isOverdue)];
  }

  get(namespace: string, name: string): OwnedPod | undefined {
    return this.#pods.get(`${namespace}/${name}`);
  }

  all(): Iterable<OwnedPod> {
    return this.#pods.values();
  }

  /** The pods that the DaemonSet controls, and those in its namespace without a controller. */
  *of(daemonSetUid: string, namespace: string): Iterable<OwnedPod> {
    for (const group of [daemonSetUid, orphans(namespace)]) {
      for (const pod of this.#groups.get(group)?.values() ?? []) {
        yield this.#deleted.has(pod.uid) && !pod.isTerminating ? { ...pod, isTerminating: true } : pod;
      }
    }
  }

  #put(key: PodKey, pod: OwnedPod): void {
    const before = this.#take(key);
    this.#pods.set(key, pod);
    const group = groupOf(pod);
    const pods = this.#groups.get(group) ?? new Map<PodKey, OwnedPod>();
    pods.set(key, pod);
    this.#groups.set(group, pods);
    const uids = before === undefined ? [pod.controllerUid] : [before.controllerUid, pod.controllerUid];
    this.#changed(pod.namespace, uids);
  }

  #take(key: PodKey): OwnedPod | undefined {
    const pod = this.#pods.get(key);
    if (pod === undefined) return undefined;
    this.#pods.delete(key);
    const group = groupOf(pod);
    const pods = this.#groups.get(group);
    pods?.delete(key);
    if (pods?.size === 0) this.#groups.delete(group);
    return pod;
  }
}

function keyOf({ namespace, name }: OwnedPod): PodKey {
  return `${namespace}/${name}`;
}

function groupOf({ controllerUid, namespace }: OwnedPod): string {
  return controllerUid === '' ? orphans(namespace) : controllerUid;
}

/** Not a uid, because those contain no slash. */
function orphans(namespace: string): string {
  return `${namespace}/`;
}
