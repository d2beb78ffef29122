/**
 * Every metric of both programs in one place; docs/operations.md lists the same, and a test compares.
 * Names end with their unit. No metric carries the name of a node or of a pod: a label set must not
 * grow with the cluster. DaemonSets are few, and are what one asks about.
 */

export interface MetricKind {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** A phrase without a full stop. */
  readonly help: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** From what a commit on a fast disk takes to what a stuck agent takes. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
const DAEMON_SET = ['namespace', 'daemonset'];

/** What both programs say of themselves. */
const PROCESS_METRICS = {
  rollcall_build_info: { type: 'gauge', labels: ['version'], help: 'always 1; the label names the version' },
  rollcall_ready: { type: 'gauge', labels: [], help: '1 while /readyz says ok, else 0' },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'memory that the process holds' },
  process_cpu_seconds_total: { type: 'counter', labels: [], help: 'processor time that the process used' },
} as const satisfies Record<string, MetricKind>;

export const COORDINATOR_METRICS = {
  ...PROCESS_METRICS,
  rollcall_event_loop_lag_seconds: {
    type: 'gauge',
    labels: ['quantile'],
    help: 'how late timers ran since the last scrape: 0.5, 0.99 and 1 (the latest)',
  },
  rollcall_nodes: { type: 'gauge', labels: ['presence'], help: 'nodes of the roll: present, absent, never-seen' },
  rollcall_sessions: { type: 'gauge', labels: [], help: 'agents that are connected' },
  rollcall_refusals_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'streams of agents that were refused or ended, and callers that were denied, by the reason of the catalogue of errors',
  },
  rollcall_certificate_expiry_time_seconds: {
    type: 'gauge',
    labels: [],
    help: 'when the certificate that new connections see expires, in seconds since 1970; absent with --plaintext',
  },
  rollcall_assignment_updates_total: { type: 'counter', labels: ['kind'], help: 'updates sent: snapshot, delta' },
  rollcall_assignment_answers_total: {
    type: 'counter',
    labels: ['answer'],
    help: 'what agents answered to updates: acknowledged, refused',
  },
  rollcall_decision_acknowledgement_seconds: {
    type: 'histogram',
    labels: [],
    buckets: SECONDS,
    help: 'from a decision until the connected agent acknowledged the assignment that follows from it',
  },
  rollcall_reports_total: {
    type: 'counter',
    labels: ['kind', 'news'],
    help: 'reports taken, node or pod, and whether they said anything new',
  },
  rollcall_heartbeats_total: { type: 'counter', labels: [], help: 'heartbeats of idle agents' },
  rollcall_unknown_messages_total: { type: 'counter', labels: [], help: 'messages of newer agents, ignored' },
  rollcall_source_lists_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'complete lists from the API server: nodes, daemonSets, controllerRevisions',
  },
  rollcall_source_events_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'events of watches of the API server, bookmarks among them',
  },
  rollcall_source_ends_total: {
    type: 'counter',
    labels: ['collection', 'end'],
    help: 'lists and watches that ended: `closed` in good order, else by what broke them',
  },
  rollcall_evaluated_pairs_total: {
    type: 'counter',
    labels: [],
    help: 'pairs of DaemonSet and node that were decided',
  },
  rollcall_changed_decisions_total: { type: 'counter', labels: [], help: 'decisions that turned' },
  rollcall_compiled_daemonsets_total: { type: 'counter', labels: [], help: 'DaemonSets made ready for placement' },
  rollcall_evaluation_seconds_total: { type: 'counter', labels: [], help: 'time spent deciding' },
  rollcall_journal_commit_seconds: {
    type: 'histogram',
    labels: [],
    buckets: SECONDS,
    help: 'from the first row of a commit until all of it was on disk',
  },
  rollcall_journal_commit_rows: { type: 'histogram', labels: [], buckets: ROWS, help: 'rows in one commit' },
  rollcall_journal_rows_total: { type: 'counter', labels: [], help: 'rows written since the start' },
  rollcall_journal_waiting_rows: { type: 'gauge', labels: [], help: 'rows that are not on disk yet' },
  rollcall_journal_bytes: { type: 'gauge', labels: [], help: "size of the journal's file" },
  rollcall_journal_wal_bytes: { type: 'gauge', labels: [], help: "size of the journal's write-ahead log" },
  rollcall_journal_free_bytes: { type: 'gauge', labels: [], help: 'room that is left on the volume of the journal' },
  rollcall_journal_head_revision: { type: 'gauge', labels: [], help: 'the newest revision that is on disk' },
  rollcall_journal_stalled: { type: 'gauge', labels: [], help: '1 while the journal cannot write, else 0' },
  rollcall_daemonset_wanted_nodes: { type: 'gauge', labels: DAEMON_SET, help: 'nodes that it selects' },
  rollcall_daemonset_allowed_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: "of these, nodes where its pods may start: Kubernetes' desiredNumberScheduled",
  },
  rollcall_daemonset_without_room_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'of the allowed, nodes where a pod of it has no room',
  },
  rollcall_daemonset_running_nodes: { type: 'gauge', labels: DAEMON_SET, help: 'of the allowed, nodes where it runs' },
  rollcall_daemonset_healthy_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'of the allowed, nodes where it is healthy',
  },
  rollcall_daemonset_drift_nodes: {
    type: 'gauge',
    labels: [...DAEMON_SET, 'kind'],
    help: 'nodes where it drifts, by kind of drift',
  },
  rollcall_daemonset_drift_oldest_seconds: {
    type: 'gauge',
    labels: [...DAEMON_SET, 'kind'],
    help: 'how long its oldest drift of the kind has lasted; a new node starts at 0',
  },
  rollcall_drifts: {
    type: 'gauge',
    labels: ['kind', 'reason'],
    help: 'drifts by kind and reason; a reason that is not well known counts as Other',
  },
} as const satisfies Record<string, MetricKind>;

export const AGENT_METRICS = {
  ...PROCESS_METRICS,
  rollcall_agent_connected: { type: 'gauge', labels: [], help: '1 while the coordinator answers, else 0' },
  rollcall_agent_assignments: { type: 'gauge', labels: [], help: 'assignments that the agent holds' },
  rollcall_agent_drifts: { type: 'gauge', labels: ['kind'], help: 'where assignments and the node disagree, by kind' },
  rollcall_agent_source_problem: {
    type: 'gauge',
    labels: [],
    help: '1 while the agent cannot read what it observes, else 0',
  },
  rollcall_agent_source_lists_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'complete lists from the API server, or of pods from the kubelet: nodes, pods',
  },
  rollcall_agent_source_events_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'events of watches of the API server, bookmarks among them',
  },
  rollcall_agent_source_ends_total: {
    type: 'counter',
    labels: ['collection', 'end'],
    help: 'lists and watches that ended: `closed` in good order, else by what broke them',
  },
} as const satisfies Record<string, MetricKind>;

/** The metrics of a program as a Markdown table, a row for each, ending with a line break. */
export function metricTable(metrics: Readonly<Record<string, MetricKind>>): string {
  const rows = Object.entries(metrics).map(([name, { type, labels, help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${named || '-'} | ${help} |`;
  });
  return `${['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}
