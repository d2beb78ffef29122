/** What agents and clients have received from a coordinator. The journal must contain all of it, even if the coordinator is killed. */

export interface ExternalObservations {
  /** The newest revision in any message. */
  revision: number;
  /** `node step`: the report of this step was acknowledged. */
  readonly reports: Set<string>;
  /** `revision node daemonSet verdict`: this assignment was sent to an agent. */
  readonly assignments: Set<string>;
  /** Events that a client received, by revision. */
  readonly rows: Map<number, string>;
}

export function noObservations(): ExternalObservations {
  return { revision: 0, reports: new Set(), assignments: new Set(), rows: new Map() };
}

/** An event as text, in a form that can be derived both from the wire and from the journal. */
export function rowText(kind: string, node: string, daemonSet: string, verdict: string): string {
  return [kind, node, daemonSet, verdict].join(' ');
}
