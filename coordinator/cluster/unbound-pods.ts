/**
 * Daemon pods that the scheduler could not bind, by the node that each is meant for. Since Kubernetes 1.12
 * the DaemonSet controller only names the node in the pod's affinity, and the scheduler binds it there or
 * says why it cannot.
 */

import type { Pod } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import type { PodHealth } from '../../shared/model/pod-health.ts';
import { podHealth } from '../../shared/model/pod-health.ts';

export interface UnboundPod {
  readonly uid: string;
  readonly node: string;
  /** `null` while the scheduler has not tried to bind it, and once it is being deleted. */
  readonly health: PodHealth | null;
}

/** `null` for a pod that is no daemon's. */
export function toUnboundPod(object: object): UnboundPod | null {
  const pod = object as Pod;
  const node = targetNodeName(pod);
  const health = podHealth(pod, { nowMs: 0, minReadySeconds: 0 });
  if (node === null || health === null) return null;
  return { uid: health.podUid, node, health: wasRefused(pod) && !health.terminating ? health : null };
}

function wasRefused({ status }: Pod): boolean {
  const conditions = isObject(status) ? (status.conditions ?? []) : [];
  return conditions.some(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
}

export class UnboundPods {
  readonly #byNode = new Map<string, Map<string, PodHealth>>();

  /** The node whose pods are others now. */
  put(pod: UnboundPod): string {
    const { node, uid, health } = pod;
    if (health === null) return this.remove(pod);
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
