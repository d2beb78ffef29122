/** What anybody outside a coordinator was told: each of it must be in the journal, whenever the coordinator is killed. */

export interface Claims {
  /** The newest revision that any message named. */
  revision: number;
  /** `node step`: the report of this step was acknowledged. */
  readonly reports: Set<string>;
  /** `version node daemonSet verdict`: an agent was sent this assignment. */
  readonly assignments: Set<string>;
  /** Rows as they were answered, by revision. */
  readonly rows: Map<number, string>;
}

export function noClaims(): Claims {
  return { revision: 0, reports: new Set(), assignments: new Set(), rows: new Map() };
}

/** A row in the words that the wire and the journal share. */
export function rowText(kind: string, node: string, daemonSet: string, verdict: string): string {
  return [kind, node, daemonSet, verdict].join(' ');
}
