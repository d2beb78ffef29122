/** A change of the verdict of one DaemonSet on one node. */
import type { DaemonSetKey } from '../kubernetes/daemon-set-key.ts';
import type { Verdict } from '../placement/types.ts';

export interface PairChange {
  readonly node: string;
  readonly daemonSet: DaemonSetKey;
  /** `null` where the pair did not exist before. */
  readonly from: Verdict | null;
  /** `null` where the pair no longer exists. */
  readonly to: Verdict | null;
}
