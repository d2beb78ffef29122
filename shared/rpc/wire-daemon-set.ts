/** Converts between DaemonSet keys and references in the contract. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DaemonSetRef } from './generated/rollcall/v1/DaemonSetRef.ts';

/** `namespace/name`, or `''` if the reference is unset. */
export function daemonSetKey(ref: { namespace?: string; name?: string } | null | undefined): DaemonSetKey {
  return ref?.name ? `${ref.namespace}/${ref.name}` : '';
}

export function daemonSetRef(key: DaemonSetKey, uid = ''): DaemonSetRef {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1), uid };
}
