/** The world that a plan is made on: the DaemonSets and nodes that a cluster has, or would have. */

import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DaemonSet, Node } from '../kubernetes/objects.ts';

/** Both hold only objects that have passed validation. */
export interface ClusterObjects {
  readonly daemonSets: ReadonlyMap<DaemonSetKey, DaemonSet>;
  /** By name. */
  readonly nodes: ReadonlyMap<string, Node>;
  /** Of DaemonSets that are here without their whole template: its revision (templateRevision). */
  readonly templateRevisions?: ReadonlyMap<DaemonSetKey, string>;
}

/** Names in the order of their code units, which is the order that Kubernetes lists them in. */
export function sortedKeys(...maps: readonly ReadonlyMap<string, unknown>[]): string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
}
