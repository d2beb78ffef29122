/** The result of a fit check: whether a daemon pod has room on a node, and why not. */

/** An answer that may be lacking: what is not known is neither yes nor no. */
export type Answer = 'yes' | 'no' | 'unknown';

export interface FitResult {
  readonly fits: Answer;
  /** Everything that stands in the way, or what is not known; empty where it fits. */
  readonly reasons: readonly FitReason[];
}

/** Stable, never reused with another meaning; docs/placement.md lists them. */
export const FIT_REASON_CODES = [
  'RESOURCE_INSUFFICIENT',
  'HOST_PORT_TAKEN',
  'TOO_MANY_PODS',
  'REQUESTS_UNKNOWN',
  'ALLOCATABLE_UNKNOWN',
  'USAGE_UNKNOWN',
] as const;

export type FitReasonCode = (typeof FIT_REASON_CODES)[number];

export interface FitReason {
  /** One of FIT_REASON_CODES, or one that a newer coordinator sent. */
  readonly code: FitReasonCode | (string & {});
  /** One sentence for people. */
  readonly message: string;
  /** With RESOURCE_INSUFFICIENT and TOO_MANY_PODS: which resource, else `''`. */
  readonly resource: string;
  /** Of that resource: what the daemon pod asks for, what the node has, what other pods take. */
  readonly requested: number;
  readonly allocatable: number;
  readonly used: number;
  /** With HOST_PORT_TAKEN: `namespace/name` of the pod that has it, else `''`. */
  readonly pod: string;
}
