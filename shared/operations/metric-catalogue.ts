/**
 * Catalogue of the metrics of both programs. docs/operations.md contains the same list, and a test compares them.
 * Names end with their unit. No label contains the name of a node or pod, because the number of time series must not
 * grow with the number of nodes. Labels may contain the names of DaemonSets, because a cluster has few of them.
 */

export interface MetricKind {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** A phrase without a full stop. */
  readonly help: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** From the duration of a commit on a fast disk to the delay of a stuck agent. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
const DAEMON_SET = ['namespace', 'daemonset'];

/** Metrics of both programs about their own process. */
const PROCESS_METRICS = {
  rollcall_build_info: { type: 'gauge', labels: ['version'], help: 'always 1; the label is the version' },
  rollcall_ready: { type: 'gauge', labels: [], help: '1 if /readyz returns ok, otherwise 0' },
  process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'resident memory of the process' },
  process_cpu_seconds_total: { type: 'counter', labels: [], help: 'CPU time used by the process' },
} as const satisfies Record<string, MetricKind>;

export const COORDINATOR_METRICS = {
  ...PROCESS_METRICS,
  rollcall_event_loop_lag_seconds: {
    type: 'gauge',
    labels: ['quantile'],
    help: 'delay of timers since the last scrape, by quantile: 0.5, 0.99 and 1 (maximum)',
  },
  rollcall_nodes: { type: 'gauge', labels: ['presence'], help: 'nodes in the inventory: present, absent, never-seen' },
  rollcall_sessions: { type: 'gauge', labels: [], help: 'connected agents' },
  rollcall_refusals_total: {
    type: 'counter',
    labels: ['reason'],
    help: 'agent streams that were rejected or closed and callers that were denied, by error reason',
  },
  rollcall_certificate_expiry_time_seconds: {
    type: 'gauge',
    labels: [],
    help: 'expiry time of the serving certificate in seconds since 1970; not exported with --plaintext',
  },
  rollcall_assignment_updates_total: {
    type: 'counter',
    labels: ['kind'],
    help: 'assignment updates sent: snapshot, delta',
  },
  rollcall_assignment_answers_total: {
    type: 'counter',
    labels: ['answer'],
    help: 'responses of agents to assignment updates: acknowledged, refused',
  },
  rollcall_decision_acknowledgement_seconds: {
    type: 'histogram',
    labels: [],
    buckets: SECONDS,
    help: 'time from a decision until the connected agent acknowledged the resulting assignment',
  },
  rollcall_reports_total: {
    type: 'counter',
    labels: ['kind', 'news'],
    help: 'reports received, by kind (node or pod) and whether they contained changes',
  },
  rollcall_heartbeats_total: { type: 'counter', labels: [], help: 'heartbeats received from idle agents' },
  rollcall_unknown_messages_total: {
    type: 'counter',
    labels: [],
    help: 'messages of unknown type from newer agents, which the coordinator ignored',
  },
  rollcall_source_lists_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'complete lists received from the API server: nodes, daemonSets, controllerRevisions',
  },
  rollcall_source_events_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'watch events received from the API server, including bookmarks',
  },
  rollcall_source_ends_total: {
    type: 'counter',
    labels: ['collection', 'end'],
    help: 'lists and watches that ended: `closed` if they ended normally, otherwise the failure',
  },
  rollcall_evaluated_pairs_total: {
    type: 'counter',
    labels: [],
    help: 'evaluated pairs of DaemonSet and node',
  },
  rollcall_changed_decisions_total: { type: 'counter', labels: [], help: 'decisions that changed' },
  rollcall_compiled_daemonsets_total: { type: 'counter', labels: [], help: 'DaemonSets compiled for placement' },
  rollcall_evaluation_seconds_total: { type: 'counter', labels: [], help: 'time spent on evaluation' },
  rollcall_journal_commit_seconds: {
    type: 'histogram',
    labels: [],
    buckets: SECONDS,
    help: 'time from the first event of a commit until the commit was on disk',
  },
  rollcall_journal_commit_rows: { type: 'histogram', labels: [], buckets: ROWS, help: 'events per commit' },
  rollcall_journal_rows_total: { type: 'counter', labels: [], help: 'events written since the start' },
  rollcall_journal_waiting_rows: { type: 'gauge', labels: [], help: 'events that are not on disk yet' },
  rollcall_journal_bytes: { type: 'gauge', labels: [], help: 'size of the journal file' },
  rollcall_journal_wal_bytes: { type: 'gauge', labels: [], help: "size of the journal's write-ahead log" },
  rollcall_journal_free_bytes: { type: 'gauge', labels: [], help: 'free space on the volume of the journal' },
  rollcall_journal_head_revision: { type: 'gauge', labels: [], help: 'newest revision that is on disk' },
  rollcall_journal_stalled: { type: 'gauge', labels: [], help: '1 if the journal cannot write, otherwise 0' },
  rollcall_daemonset_selected_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'nodes that its node selector and required node affinity match',
  },
  rollcall_daemonset_desired_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'nodes that should run a pod (desiredNumberScheduled)',
  },
  rollcall_daemonset_without_room_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'desired nodes without room for a pod',
  },
  rollcall_daemonset_current_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'desired nodes with a pod in any phase (currentNumberScheduled)',
  },
  rollcall_daemonset_ready_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'desired nodes whose pod is ready (numberReady)',
  },
  rollcall_daemonset_up_to_date_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'desired nodes whose pod has the template revision in force (updatedNumberScheduled)',
  },
  rollcall_daemonset_available_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'desired nodes whose pod is ready for at least minReadySeconds (numberAvailable)',
  },
  rollcall_daemonset_misscheduled_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'nodes with a pod that should not run one (numberMisscheduled)',
  },
  rollcall_daemonset_stale_nodes: {
    type: 'gauge',
    labels: DAEMON_SET,
    help: 'absent nodes whose pods count as their agents last reported them',
  },
  rollcall_daemonset_drift_nodes: {
    type: 'gauge',
    labels: [...DAEMON_SET, 'kind'],
    help: 'nodes with drift, by kind of drift',
  },
  rollcall_daemonset_drift_oldest_seconds: {
    type: 'gauge',
    labels: [...DAEMON_SET, 'kind'],
    help: 'age of the oldest drift of the kind; starts at 0 for a new node',
  },
  rollcall_drifts: {
    type: 'gauge',
    labels: ['kind', 'reason'],
    help: 'drifts by kind and reason; uncommon reasons count as Other',
  },
} as const satisfies Record<string, MetricKind>;

export const AGENT_METRICS = {
  ...PROCESS_METRICS,
  rollcall_agent_connected: {
    type: 'gauge',
    labels: [],
    help: '1 if the agent is connected to the coordinator, otherwise 0',
  },
  rollcall_agent_assignments: { type: 'gauge', labels: [], help: 'assignments of the agent' },
  rollcall_agent_drifts: { type: 'gauge', labels: ['kind'], help: 'drifts on the node, by kind' },
  rollcall_agent_source_problem: {
    type: 'gauge',
    labels: [],
    help: '1 if the agent cannot read its source, otherwise 0',
  },
  rollcall_agent_source_lists_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'complete lists received from the API server, or lists of pods from the kubelet: nodes, pods',
  },
  rollcall_agent_source_events_total: {
    type: 'counter',
    labels: ['collection'],
    help: 'watch events received from the API server, including bookmarks',
  },
  rollcall_agent_source_ends_total: {
    type: 'counter',
    labels: ['collection', 'end'],
    help: 'lists and watches that ended: `closed` if they ended normally, otherwise the failure',
  },
} as const satisfies Record<string, MetricKind>;

/** The metrics of a program as a Markdown table with one row per metric, ending with a line break. */
export function metricTable(metrics: Readonly<Record<string, MetricKind>>): string {
  const rows = Object.entries(metrics).map(([name, { type, labels, help }]) => {
    const named = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${named || '-'} | ${help} |`;
  });
  return `${['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}
