/** The DaemonSet that a pod belongs to. */
import type { OwnerReference, Pod } from './objects.ts';

/** The DaemonSet that controls the pod, or `null`. */
export function owningDaemonSet(pod: Pod): OwnerReference | null {
  const owners = pod.metadata?.ownerReferences ?? [];
  const owner = owners.find(
    ({ kind, apiVersion = '' }) => kind === 'DaemonSet' && /^(apps|extensions)\//.test(apiVersion),
  );
  return owner === undefined || owner.controller === false ? null : owner;
}
