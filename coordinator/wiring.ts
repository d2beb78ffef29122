/** Connects the components of a coordinator around an open journal. They know each other only through what is passed here. */
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { CooperativeScheduler } from '../shared/cooperative-scheduler.ts';
import { AgentSessions } from './agents/agent-sessions.ts';
import type { SessionEvaluation } from './agents/session-dependencies.ts';
import { Counters } from './evaluation/counters.ts';
import { decisionLog } from './evaluation/decision-log.ts';
import { DecisionStream, type DecisionSubscriber } from './evaluation/decision-stream.ts';
import { Evaluator } from './evaluation/evaluator.ts';
import { type HistoryOptions, HistoryQueries } from './history/history-queries.ts';
import { AuthInterceptor } from './identity/auth-interceptor.ts';
import type { Authenticator } from './identity/authenticator.ts';
import { Denials } from './identity/denials.ts';
import type { Journal } from './journal/journal.ts';
import { RefusalCounter } from './operations/refusal-counter.ts';
import type { CoordinatorContext } from './server/coordinator-context.ts';
import type { CoordinatorSettings } from './settings.ts';
import type { ShutdownRegistry } from './shutdown-registry.ts';

export interface WiringOptions {
  readonly settings: Pick<CoordinatorSettings, 'cluster' | 'nodes' | 'leaseMs' | 'heartbeatMs' | 'startGraceMs'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  readonly authenticator: Authenticator;
  /** Starts the thread that answers queries about the past. */
  readonly startHistoryThread: HistoryOptions['start'];
  readonly shutdown: ShutdownRegistry;
}

/** Builds every component that works on the journal, and registers what must end before the journal is closed. */
export function wireCoordinator(options: WiringOptions, journal: Journal): CoordinatorContext {
  const {
    settings,
    clock,
    log,
    random,
    randomId,
    version,
    authenticator: identities,
    startHistoryThread,
    shutdown,
  } = options;
  const { leaseMs, heartbeatMs, startGraceMs } = settings;
  const counters = new Counters();
  const refusals = new RefusalCounter();
  // The evaluator and the sessions call each other.
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
  const denials = new Denials({ clock, append: (events) => void journal.append(events) });
  const sessions: AgentSessions = new AgentSessions({
    journal,
    denied: (denial) => denials.record(denial),
    evaluation: sessionEvaluation(evaluator),
    clock,
    log,
    counters,
    random,
    randomId,
    version,
    leaseMs,
    heartbeatMs,
    startGraceMs,
  });
  const authInterceptor = new AuthInterceptor({
    authenticator: identities,
    denials,
    refusals,
    log,
    checkRate: () => sessions.checkRate(),
  });
  const historyQueries = new HistoryQueries({ journal, clock, version, start: startHistoryThread });
  shutdown.register('history queries', () => historyQueries.close());
  shutdown.register('evaluator', () => evaluator.stop());
  shutdown.register('auth interceptor', () => authInterceptor.close());
  shutdown.register('agent sessions', () => sessions.stop());

  const state = journal.takeState();
  sessions.restore(state);
  evaluator.start(state);
  publishDecisions(journal, log, [agentPublisher(sessions), decisionLog(log)]);

  const startedMs = clock.nowMs();
  const watches = new Set<() => void>();
  const audits = new Set<() => void>();
  const parts = { evaluator, sessions, authInterceptor, journal, historyQueries, counters, refusals, watches, audits };
  return { ...parts, clock, scheduler: new CooperativeScheduler(clock), log, version, startedMs, leaseMs, randomId };
}

/** The part of the evaluation that agent sessions read and report to. */
export function sessionEvaluation(evaluator: Evaluator): SessionEvaluation {
  const { table, nodes } = evaluator;
  return {
    revision: (node) => table.revision(node),
    assignments: (node) => table.assignments(node),
    endedSince: (node, revision) => evaluator.endedSince(node, revision),
    isInInventory: (node) => evaluator.isInInventory(node),
    nodeReported: (report) => nodes.applyReport(report),
    podsReported: (node, report) => nodes.applyPodReport(node, report),
    agentAbsent: (node) => nodes.agentAbsent(node),
    lacksReports: (node) => nodes.isUsageMissing(node),
  };
}

function publishDecisions(journal: Journal, log: Logger, subscribers: readonly DecisionSubscriber[]): void {
  const stream = new DecisionStream(log);
  for (const subscriber of subscribers) stream.subscribe(subscriber);
  journal.onDurable((revision, events) => stream.publish(revision, events));
}

/** Sends each agent the assignments that are durable. An agent computes its update from the current state, so a gap is harmless. */
function agentPublisher(sessions: AgentSessions): DecisionSubscriber {
  return { name: 'agent sessions', decided: () => sessions.journalAdvanced() };
}
