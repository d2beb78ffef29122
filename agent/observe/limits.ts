/** The limits of the agent's observation, each with its reason. */

/** Simultaneous changes (a drained node, a first list) are reported together after this short delay. */
export const SETTLE_MS = 50;

/** Poll interval of the kubelet. A response is local and has about 100 KB. */
export const KUBELET_POLL_MS = 5_000;

/** Random fraction of the poll interval that is added to it, so that nodes do not report simultaneously. */
export const KUBELET_POLL_JITTER = 0.2;

/** Number of consecutive failed polls that are tolerated, because a kubelet restarts occasionally. */
export const KUBELET_FAILURES_MAX = 2;
