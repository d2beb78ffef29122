/** A DaemonSet as the journal keeps it: digests, the fields that placement reads, resource needs and images. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { DaemonSet } from '../kubernetes/objects.ts';
import type { PodNeeds } from '../kubernetes/pod-needs.ts';
import type { CompiledPlacement } from '../placement/types.ts';

export interface DaemonSetRecord {
  readonly key: DaemonSetKey;
  readonly uid: string;
  readonly generation: number;
  readonly templateRevision: string;
  readonly minReadySeconds: number;
  /** Whether its rolling update starts new pods beside old ones (rollingUpdate.maxSurge). */
  readonly surge: boolean;
  /** What one of its pods requests from a node; `null` in rows of a coordinator that did not keep it. */
  readonly needs: PodNeeds | null;
  /** The image of each container, by container name; `null` in rows of a coordinator that did not keep it. */
  readonly images: Readonly<Record<string, string>> | null;
  /** Only the fields that placement reads; all others are removed before the record is written (recorded-daemon-set.ts). */
  readonly placement: DaemonSet;
  /** SHA-256 of the whole manifest, hexadecimal. */
  readonly digest: string;
  /** Where the manifest was read from, for people. */
  readonly source: string;
}

/** A DaemonSet in force, with its placement compiled. */
export interface PlacedDaemonSet {
  readonly record: DaemonSetRecord;
  /** The revision at which this version of the DaemonSet came into force; its assignments are no older. */
  readonly effectiveRevision: number;
  readonly compiled: CompiledPlacement;
}
