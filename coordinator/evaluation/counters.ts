/**
 * Counts of work done since the start. Tests read them to prove that a change which cannot matter
 * costs nothing, and `rollcall status -o json` shows them.
 */
export class Counters {
  /** Pairs that were decided. */
  pairsEvaluated = 0;
  /** Pairs whose verdict changed. */
  decisionsChanged = 0;
  /** Milliseconds spent deciding pairs. */
  evaluationMs = 0;
  /** DaemonSets that were compiled for placement. */
  daemonSetsCompiled = 0;
  /** Node reports, and those of them that said nothing new. */
  nodeReports = 0;
  nodeReportsUnchanged = 0;
  /** Pod reports, and those of them that said nothing new. */
  podReports = 0;
  podReportsUnchanged = 0;
  heartbeats = 0;
  /** Assignment updates sent: snapshots and deltas. */
  snapshotsSent = 0;
  deltasSent = 0;
  /** What agents answered. */
  acknowledgements = 0;
  refusals = 0;
  /** Messages that this build does not know: a newer agent's. */
  unknownMessages = 0;

  toRecord(): Record<string, number> {
    return Object.fromEntries(Object.entries(this).map(([name, value]: [string, number]) => [name, Math.round(value)]));
  }
}
