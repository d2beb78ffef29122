/** How many pods of a DaemonSet its update strategy allows on a node during a rollout. */
import type { DaemonSet } from './objects.ts';

/**
 * Whether a rolling update starts the new pod before it deletes the old one (Kubernetes pkg/controller/daemon/util
 * AllowsSurge): maxSurge is at least one pod, or any percentage, because percentages are rounded up.
 */
export function allowsSurge({ spec }: DaemonSet): boolean {
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' && Number.parseInt(String(rollingUpdate?.maxSurge ?? 0), 10) > 0;
}
