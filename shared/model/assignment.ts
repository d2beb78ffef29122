/** An assignment: the placement of one DaemonSet on one node, as it is sent to the node's agent. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { Verdict } from '../placement/types.ts';

/** A pair with verdict `none` has no assignment. */
export interface Assignment {
  readonly daemonSet: DaemonSetKey;
  readonly daemonSetUid: string;
  readonly verdict: Exclude<Verdict, 'none'>;
  /** A daemon pod with another template revision is outdated. */
  readonly templateRevision: string;
  /** The revision at which this assignment last changed. */
  readonly effectiveRevision: number;
  readonly minReadySeconds: number;
  /** Whether a pod of this revision may run beside a pod of an older revision (rollingUpdate.maxSurge). */
  readonly surge: boolean;
}
