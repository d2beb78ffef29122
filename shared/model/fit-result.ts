/** The result of a fit check: whether a daemon pod has room on a node, and why not. */

/** An answer; `unknown` where the data to give one is missing. */
export type Answer = 'yes' | 'no' | 'unknown';

export interface FitResult {
  readonly fits: Answer;
  /** Why the pod does not fit, or what is unknown; empty where it fits. */
  readonly reasons: readonly FitReason[];
}

/** Stable codes, never reused with a different meaning. docs/placement.md lists them. */
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
  /** One of FIT_REASON_CODES, or a code from a newer coordinator. */
  readonly code: FitReasonCode | (string & {});
  /** One sentence. */
  readonly message: string;
  /** The resource for RESOURCE_INSUFFICIENT and TOO_MANY_PODS, otherwise `''`. */
  readonly resource: string;
  /** Amounts of that resource: requested by the daemon pod, allocatable on the node, requested by other pods. */
  readonly requested: number;
  readonly allocatable: number;
  readonly used: number;
  /** For HOST_PORT_TAKEN: `namespace/name` of the pod that uses the port, otherwise `''`. */
  readonly pod: string;
}
