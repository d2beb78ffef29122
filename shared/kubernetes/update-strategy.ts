/** What a DaemonSet's update strategy says about how many of its pods may be on a node at a time. */
import type { DaemonSet } from './objects.ts';

/**
 * Whether a pod of the newest template is started beside an older one (Kubernetes
 * pkg/controller/daemon/util AllowsSurge): a rolling update whose maxSurge is at least one pod, or any
 * share of the nodes, since shares are rounded up.
 */
export function allowsSurge({ spec }: DaemonSet): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' && Number.parseInt(String(rollingUpdate?.maxSurge ?? 0), 10) > 0;
}
