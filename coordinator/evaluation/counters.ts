/**
 * Counts the work since the start. Tests use them to prove that an irrelevant change costs nothing, and
 * `rollcall status -o json` prints them.
 */
export class Counters {
  /** Number of times that a pair of DaemonSet and node was decided. */
  pairsEvaluated = 0;
  /** Number of decisions that changed a verdict. */
  decisionsChanged = 0;
  /** Time spent on decisions, in milliseconds. */
  evaluationMs = 0;
  /** Number of times that a DaemonSet was compiled for placement. */
  daemonSetsCompiled = 0;
  /** Node reports, and those among them without a change. */
  nodeReports = 0;
  nodeReportsUnchanged = 0;
  /** Pod reports, and those among them without a change. */
  podReports = 0;
  podReportsUnchanged = 0;
  heartbeats = 0;
  /** Assignment updates that were sent. */
  snapshotsSent = 0;
  deltasSent = 0;
  /** Answers of agents to assignment updates. */
  acknowledgements = 0;
  refusals = 0;
  /** Messages of a kind that this build does not know, from a newer agent. */
  unknownMessages = 0;

  toRecord(): Record<string, number> {
    return Object.fromEntries(Object.entries(this).map(([name, value]: [string, number]) => [name, Math.round(value)]));
  }
}
