/** Registers the metrics of the coordinator and their sources. */
import { statfs } from 'node:fs/promises';
import type { COORDINATOR_METRICS } from '../../shared/operations/metric-catalogue.ts';
import type { MetricRegistry, Sample } from '../../shared/operations/metric-registry.ts';
import { sourceEndSamples, sourceSamples } from '../../shared/operations/source-samples.ts';
import type { AgentSessions } from '../agents/agent-sessions.ts';
import type { ClusterSource } from '../cluster/cluster-source.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { RefusalCounter } from '../identity/refusal-counter.ts';
import type { Journal } from '../journal/journal.ts';
import { AcknowledgementTimes } from './acknowledgement-times.ts';
import { type SampledCoordinator, type SnapshotSamples, snapshotSamples } from './snapshot-samples.ts';

export type CoordinatorMetrics = MetricRegistry<keyof typeof COORDINATOR_METRICS>;

/** What the metrics read of the coordinator. */
export interface MetricsDependencies extends SampledCoordinator {
  readonly sessions: Pick<AgentSessions, 'agent' | 'presence'>;
  readonly counters: Counters;
  readonly refusals: Pick<RefusalCounter, 'entries'>;
  readonly journal: Pick<Journal, 'status' | 'onDurable' | 'durableRevision'>;
}

export interface CoordinatorMetricsOptions {
  /** The data folder, which contains the journal. */
  readonly dataFolder: string;
  readonly source: Pick<ClusterSource, 'counts'>;
}

/** Must be called once. */
export function registerCoordinatorMetrics(
  metrics: CoordinatorMetrics,
  dependencies: MetricsDependencies,
  { dataFolder, source }: CoordinatorMetricsOptions,
): void {
  readSessions(metrics, dependencies);
  readSource(metrics, source);
  readEvaluation(metrics, dependencies);
  readJournal(metrics, dependencies, dataFolder);
  readSnapshot(metrics, dependencies);
}

function readSessions(
  metrics: CoordinatorMetrics,
  { sessions, evaluator, counters, refusals }: MetricsDependencies,
): void {
  metrics.readValue(
    'rollcall_sessions',
    () => evaluator.table.nodeNames().filter((node) => sessions.agent(node)?.session != null).length,
  );
  metrics.read('rollcall_nodes', () => {
    const found = { present: 0, absent: 0, 'never-seen': 0 };
    for (const node of evaluator.table.nodeNames()) found[sessions.presence(node)]++;
    return samples('presence', Object.entries(found));
  });
  metrics.read('rollcall_refusals_total', () => samples('reason', refusals.entries()));
  metrics.read('rollcall_assignment_updates_total', () =>
    samples('kind', [
      ['snapshot', counters.snapshotsSent],
      ['delta', counters.deltasSent],
    ]),
  );
  metrics.read('rollcall_assignment_answers_total', () =>
    samples('answer', [
      ['acknowledged', counters.acknowledgements],
      ['refused', counters.refusals],
    ]),
  );
  metrics.readValue('rollcall_heartbeats_total', () => counters.heartbeats);
  metrics.readValue('rollcall_unknown_messages_total', () => counters.unknownMessages);
}

/** Has no samples if the source is a folder of manifests. */
function readSource(metrics: CoordinatorMetrics, source: Pick<ClusterSource, 'counts'>): void {
  metrics.read('rollcall_source_lists_total', () => sourceSamples(source.counts(), 'lists'));
  metrics.read('rollcall_source_events_total', () => sourceSamples(source.counts(), 'events'));
  metrics.read('rollcall_source_ends_total', () => sourceEndSamples(source.counts()));
}

function readEvaluation(metrics: CoordinatorMetrics, { counters }: MetricsDependencies): void {
  metrics.readValue('rollcall_evaluated_pairs_total', () => counters.pairsEvaluated);
  metrics.readValue('rollcall_changed_decisions_total', () => counters.decisionsChanged);
  metrics.readValue('rollcall_compiled_daemonsets_total', () => counters.daemonSetsCompiled);
  metrics.readValue('rollcall_evaluation_seconds_total', () => counters.evaluationMs / 1000);
  metrics.read('rollcall_reports_total', () => {
    const { nodeReports, nodeReportsUnchanged, podReports, podReportsUnchanged } = counters;
    const report = (kind: string, news: boolean, value: number) => ({ labels: { kind, news: String(news) }, value });
    return [
      report('node', true, nodeReports - nodeReportsUnchanged),
      report('node', false, nodeReportsUnchanged),
      report('pod', true, podReports - podReportsUnchanged),
      report('pod', false, podReportsUnchanged),
    ];
  });
}

function readJournal(metrics: CoordinatorMetrics, { journal }: MetricsDependencies, dataFolder: string): void {
  const answerTimes = new AcknowledgementTimes();
  journal.onDurable((_revision, events, commitMs) => {
    metrics.observe('rollcall_journal_commit_seconds', commitMs / 1000);
    metrics.observe('rollcall_journal_commit_rows', events.length);
    for (const seconds of answerTimes.take(events)) {
      metrics.observe('rollcall_decision_acknowledgement_seconds', seconds);
    }
  });
  metrics.readValue('rollcall_journal_rows_total', () => journal.status().rows);
  metrics.readValue('rollcall_journal_waiting_rows', () => journal.status().queuedEvents);
  metrics.readValue('rollcall_journal_bytes', () => journal.status().bytes);
  metrics.readValue('rollcall_journal_wal_bytes', () => journal.status().walBytes);
  metrics.readValue('rollcall_journal_head_revision', () => journal.durableRevision);
  metrics.readValue('rollcall_journal_stalled', () => Number(journal.status().state !== 'writing'));
  metrics.readValue('rollcall_journal_free_bytes', async () => {
    const { bavail, bsize } = await statfs(dataFolder);
    return bavail * bsize;
  });
}

/** One evaluation of the snapshot serves all of these metrics. */
function readSnapshot(metrics: CoordinatorMetrics, dependencies: MetricsDependencies): void {
  let newest: Promise<SnapshotSamples> | null = null;
  metrics.read('rollcall_daemonset_selected_nodes', async () => {
    newest = snapshotSamples(dependencies);
    return (await newest).selected;
  });
  const rest = {
    rollcall_daemonset_desired_nodes: 'desired',
    rollcall_daemonset_without_room_nodes: 'withoutRoom',
    rollcall_daemonset_current_nodes: 'current',
    rollcall_daemonset_ready_nodes: 'ready',
    rollcall_daemonset_up_to_date_nodes: 'upToDate',
    rollcall_daemonset_available_nodes: 'available',
    rollcall_daemonset_misscheduled_nodes: 'misscheduled',
    rollcall_daemonset_stale_nodes: 'stale',
    rollcall_daemonset_drift_nodes: 'driftNodes',
    rollcall_daemonset_drift_oldest_seconds: 'driftOldestSeconds',
    rollcall_drifts: 'drifts',
  } as const;
  for (const [name, of] of Object.entries(rest) as [keyof typeof rest, keyof SnapshotSamples][]) {
    metrics.read(name, async () => (await newest)?.[of] ?? []);
  }
}

function samples(label: string, entries: readonly (readonly [string, number])[]): Sample[] {
  return entries.map(([name, value]) => ({ labels: { [label]: name }, value }));
}
