/** The input of a plan: the DaemonSets and nodes of a cluster, current or hypothetical. */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DaemonSet, Node } from '../kubernetes/objects.ts';

/** Contains only valid objects. */
export interface ClusterObjects {
  readonly daemonSets: ReadonlyMap<DaemonSetKey, DaemonSet>;
  /** By name. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Template revisions of DaemonSets whose full template is not available. */
  readonly templateRevisions?: ReadonlyMap<DaemonSetKey, string>;
}

/** Names in the order of Kubernetes lists: by code unit. */
export function sortedKeys(...maps: readonly ReadonlyMap<string, unknown>[]): string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
}
