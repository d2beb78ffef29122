/** Converts objects from the API server to the part that is kept, so that the rest of them never stays in memory. */
import type { RawObject } from '../../shared/api-server/watch-event.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { defaultDaemonSet } from '../../shared/kubernetes/default-daemon-set.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { DaemonSet } from '../../shared/kubernetes/objects.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';
import { validateDaemonSet } from '../../shared/kubernetes/validation/validate-daemon-set.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import { type RevisionedDaemonSet, templateDigest } from './controller-revisions.ts';
import { type LastChange, lastChange } from './last-change.ts';

export interface WatchedDaemonSet extends RevisionedDaemonSet, LastChange {
  readonly key: DaemonSetKey;
  readonly daemonSet: DaemonSet;
  readonly warnings: readonly ManifestProblem[];
  /** The built-in controller ignores such a DaemonSet (Kubernetes syncDaemonSet), so it places no pods. */
  readonly isBeingDeleted: boolean;
  readonly source: string;
}

export interface WatchedNode extends LastChange {
  readonly facts: NodeFacts;
  readonly source: string;
}

/** `url` is the address of the API server, for people. */
export function toWatchedDaemonSet(object: RawObject, url: string): WatchedDaemonSet {
  const { namespace = '', name, uid = '', generation, deletionTimestamp } = object.metadata;
  const source = `${url}/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`;
  const { managedFields: _, annotations: __, ...metadata } = object.metadata;
  const daemonSet = defaultDaemonSet({ metadata, spec: object['spec'] } as DaemonSet);
  const status = isObject(object['status']) ? object['status'] : {};
  return {
    key: `${namespace}/${name}`,
    uid,
    generation: numberOf(generation),
    observedGeneration: numberOf(status['observedGeneration']),
    templateDigest: templateDigest(daemonSet.spec?.template),
    daemonSet,
    warnings: warningsOf(daemonSet, source),
    isBeingDeleted: deletionTimestamp !== undefined,
    source,
    ...lastChange(object.metadata, ['f:spec']),
  };
}

export function toWatchedNode(object: RawObject, url: string): WatchedNode {
  return {
    facts: nodeFacts(object),
    source: `${url}/api/v1/nodes/${object.metadata.name}`,
    ...lastChange(object.metadata, ['f:spec', 'f:metadata', 'f:status']),
  };
}

/** The API server has accepted the DaemonSet, so causes that would reject a manifest are warnings here. */
function warningsOf(daemonSet: DaemonSet, source: string): ManifestProblem[] {
  const validation = validateDaemonSet(daemonSet);
  if (validation.accepted) return validation.warnings.map((warning) => ({ ...warning, source }));
  return validation.causes.map(({ kind, fieldPath, message }) => ({ code: kind, fieldPath, message, source }));
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
