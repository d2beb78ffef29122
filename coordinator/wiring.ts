/** Puts the parts of a coordinator together around a journal: they hear of each other here and nowhere else. */
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { CooperativeScheduler } from '../shared/cooperative-scheduler.ts';
import type { JournalEvent } from '../shared/journal-format/events.ts';
import type { SessionEvaluation } from './agents/session-ports.ts';
import { Sessions } from './agents/sessions.ts';
import { Counters } from './evaluation/counters.ts';
import { Evaluator } from './evaluation/evaluator.ts';
import { type HistoryOptions, HistoryQueries } from './history/history-queries.ts';
import { AuthInterceptor } from './identity/auth-interceptor.ts';
import { Denials } from './identity/denials.ts';
import type { Identities } from './identity/identities.ts';
import type { Journal } from './journal/journal.ts';
import { RefusalTally } from './operations/refusal-tally.ts';
import type { CoordinatorContext } from './server/coordinator-context.ts';
import type { CoordinatorSettings } from './settings.ts';

export interface WiringOptions {
  readonly settings: Pick<CoordinatorSettings, 'cluster' | 'nodes' | 'leaseMs' | 'heartbeatMs' | 'startGraceMs'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  readonly identities: Identities;
  /** Where questions about the record are answered. */
  readonly startHistoryThread: HistoryOptions['start'];
}

/** Evaluation and sessions need each other: what one decides the other publishes, and hears of in turn. */
export function wireCoordinator(options: WiringOptions, journal: Journal): CoordinatorContext {
  const { settings, clock, log, random, randomId, version, identities, startHistoryThread } = options;
  const { leaseMs, heartbeatMs, startGraceMs } = settings;
  const counters = new Counters();
  const evaluator = new Evaluator({
    recorder: journal,
    clock,
    counters,
    hasInventory: settings.nodes !== undefined || settings.cluster === 'api-server',
    isPresent: (node) => sessions.isPresent(node),
    listener: {
      nodesChanged: (names) => sessions.nodesChanged(names),
      nodeRemoved: (name) => sessions.nodeRemoved(name),
    },
  });
  const terms = { leaseMs, heartbeatMs, startGraceMs };
  const evaluation = sessionEvaluation(evaluator);
  const refusals = new RefusalTally();
  const denials = new Denials({ clock, append: (events) => void journal.append(events) });
  const authInterceptor = new AuthInterceptor({
    identities,
    denials,
    refusals,
    log,
    admit: () => sessions.checkRate(),
  });
  const sessions: Sessions = new Sessions({
    journal,
    denied: (denial) => denials.record(denial),
    evaluation,
    clock,
    log,
    counters,
    random,
    randomId,
    version,
    ...terms,
  });
  const state = journal.takeState();
  sessions.restore(state);
  evaluator.start(state);
  journal.onDurable((_revision, events) => {
    sessions.journalAdvanced();
    for (const event of events) logDecision(log, event);
  });
  const startedMs = clock.nowMs();
  const watches = new Set<() => void>();
  const audits = new Set<() => void>();
  const historyQueries = new HistoryQueries({ journal, clock, version, start: startHistoryThread });
  const parts = { evaluator, sessions, authInterceptor, journal, historyQueries, counters, refusals, watches, audits };
  return { ...parts, clock, scheduler: new CooperativeScheduler(clock), log, version, startedMs, leaseMs, randomId };
}

/** What sessions hear of the evaluation, and tell it. */
export function sessionEvaluation(evaluator: Evaluator): SessionEvaluation {
  const { table, nodes } = evaluator;
  return {
    revision: (node) => table.revision(node),
    assignments: (node) => table.assignments(node),
    endedSince: (node, revision) => evaluator.endedSince(node, revision),
    isInInventory: (node) => evaluator.isInInventory(node),
    nodeReported: (report) => nodes.report(report),
    podsReported: (node, report) => nodes.reportPods(node, report),
    agentAbsent: (node) => nodes.agentAbsent(node),
    lacksReports: (node) => nodes.lacksUsage(node),
  };
}

/** One line per decision that changed; the first decision of a pair changes nothing yet. */
function logDecision(log: Logger, event: JournalEvent): void {
  if (event.kind !== 'decision') return;
  const { node, daemonSet, from, to, cause, revision } = event;
  const level = from === null ? 'debug' : 'info';
  log[level](
    { node, daemonSet, from, to, trigger: cause.trigger, cause: cause.revision, revision },
    'decision changed',
  );
}
