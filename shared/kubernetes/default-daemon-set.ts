/** Sets the API server's defaults for the fields that Rollcall reads or compares (Kubernetes apps/v1 defaults.go). */
import type { DaemonSet } from './objects.ts';

export const DEFAULT_NAMESPACE = 'default';

/** `daemonSet` with its defaults. Requires a decoded object. Idempotent. */
export function defaultDaemonSet(daemonSet: DaemonSet, namespace: string = DEFAULT_NAMESPACE): DaemonSet {
  const { metadata = {}, spec = {} } = daemonSet;
  return {
    ...daemonSet,
    apiVersion: daemonSet.apiVersion || 'apps/v1',
    kind: daemonSet.kind || 'DaemonSet',
    metadata: { ...metadata, namespace: metadata.namespace || namespace },
    spec: {
      ...spec,
      updateStrategy: defaultUpdateStrategy(spec.updateStrategy ?? {}),
      minReadySeconds: spec.minReadySeconds ?? 0,
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    },
  };
}

type UpdateStrategy = NonNullable<NonNullable<DaemonSet['spec']>['updateStrategy']>;

function defaultUpdateStrategy(strategy: UpdateStrategy): UpdateStrategy {
  const type = strategy.type || 'RollingUpdate';
  if (type !== 'RollingUpdate') return { ...strategy, type };
  return { ...strategy, type, rollingUpdate: { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate } };
}
