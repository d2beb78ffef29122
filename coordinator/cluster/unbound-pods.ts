/**
 * Daemon pods that the scheduler could not bind, by their target node. Since Kubernetes 1.12 the DaemonSet controller only sets
 * the node in the affinity of the pod, and the scheduler binds the pod or reports why it cannot.
 */

import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { podHealth } from '../../shared/model/pod-health.ts';

export interface UnboundPod {
  readonly uid: string;
  readonly node: string;
  /** Has a waiting reason after the scheduler failed to bind the pod. */
  readonly health: PodHealth;
}

/** `null` if the pod is not a daemon pod. */
export function toUnboundPod(object: object): UnboundPod | null {
  const pod = object as Pod;
  const node = targetNodeName(pod);
  const health = podHealth(pod, { nowMs: 0, minReadySeconds: 0 });
  if (node === null || health === null) return null;
  return { uid: health.podUid, node, health };
}

export class UnboundPods {
  readonly #byNode = new Map<string, Map<string, PodHealth>>();

  /** Returns the node whose unbound pods changed. */
  put({ node, uid, health }: UnboundPod): string {
    const pods = this.#byNode.get(node) ?? new Map<string, PodHealth>();
    this.#byNode.set(node, pods.set(uid, health));
    return node;
  }

  remove({ node, uid }: UnboundPod): string {
    const pods = this.#byNode.get(node);
    pods?.delete(uid);
    if (pods?.size === 0) this.#byNode.delete(node);
    return node;
  }

  of(node: string): readonly PodHealth[] {
    return [...(this.#byNode.get(node)?.values() ?? [])];
  }
}
