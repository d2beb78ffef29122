/** Every bound of what the agent observes, each with its reason. */

/** Changes that come together (a drained node, a first list) are told together; nobody waits for so little. */
export const SETTLE_MS = 50;

/** Between two questions to the kubelet: half of what people wait for a pod, and one local answer of some 100 KB. */
export const KUBELET_POLL_MS = 5_000;

/** How much of that is added at random, so that a thousand nodes do not report in step. */
export const KUBELET_POLL_JITTER = 0.2;

/** How many questions in a row the kubelet may leave unanswered before that is a problem: it restarts now and then. */
export const KUBELET_FAILURES_MAX = 2;
