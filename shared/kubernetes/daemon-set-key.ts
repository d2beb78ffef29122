/** How a DaemonSet is identified within a cluster. */

/** `namespace/name`. */
export type DaemonSetKey = string;
