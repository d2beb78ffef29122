/** Connects the components of a coordinator around an open journal. They know each other only through what is passed here. */
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { CooperativeScheduler } from '../shared/cooperative-scheduler.ts';
import { RollcallError } from '../shared/errors.ts';
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
import { RefusalCounter } from './identity/refusal-counter.ts';
import type { Journal } from './journal/journal.ts';
import type { OpenIntent } from './journal/read/journal-state.ts';
import { AUDITS_MAX, WATCHES_MAX } from './limits.ts';
import type { MetricsDependencies } from './operations/coordinator-metrics.ts';
import { LiveSnapshots } from './query/live-snapshots.ts';
import { OpenStreams } from './rpc/open-streams.ts';
import { rightOf } from './server/rpc-table.ts';
import type { ServerDependencies } from './server/server.ts';
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

/** The components that the lifecycle handles, and what the server and the metrics need of all of them. */
export interface WiredCoordinator {
  readonly evaluator: Evaluator;
  readonly sessions: AgentSessions;
  readonly journal: Journal;
  readonly historyQueries: HistoryQueries;
  readonly counters: Counters;
  /** Of the previous coordinator. */
  readonly openIntents: readonly OpenIntent[];
  readonly server: ServerDependencies;
  readonly metrics: MetricsDependencies;
}

/** Builds every component that works on the journal, and registers what must end before the journal is closed. */
export function wireCoordinator(options: WiringOptions, journal: Journal): WiredCoordinator {
  const { shutdown, log } = options;
  const components = buildComponents(options, journal);
  const { evaluator, sessions, authInterceptor, historyQueries, counters, refusals } = components;
  shutdown.register('history queries', () => historyQueries.close());
  shutdown.register('evaluator', () => evaluator.stop());
  shutdown.register('auth interceptor', () => authInterceptor.close());
  shutdown.register('agent sessions', () => sessions.stop());

  const state = journal.takeState();
  sessions.restore(state);
  evaluator.start(state);
  publishDecisions(journal, log, [agentPublisher(sessions), decisionLog(log)]);

  const { clock } = options;
  const scheduler = new CooperativeScheduler(clock);
  const snapshots = new LiveSnapshots({ evaluation: evaluator, agents: sessions, journal, clock, scheduler });
  const server = serverDependencies(options, journal, { ...components, scheduler, snapshots });
  const metrics = { sessions, evaluator, counters, refusals, journal, snapshots, clock };
  const { openIntents } = state;
  return { evaluator, sessions, journal, historyQueries, counters, openIntents, server, metrics };
}

interface Components {
  readonly evaluator: Evaluator;
  readonly sessions: AgentSessions;
  readonly authInterceptor: AuthInterceptor;
  readonly historyQueries: HistoryQueries;
  readonly counters: Counters;
  readonly refusals: RefusalCounter;
}

function buildComponents(options: WiringOptions, journal: Journal): Components {
  const { settings, clock, log, random, randomId, version, authenticator, startHistoryThread } = options;
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
  const checkRate = () => sessions.checkRate();
  const authInterceptor = new AuthInterceptor({ authenticator, denials, refusals, log, rightOf, checkRate });
  const historyQueries = new HistoryQueries({ journal, clock, version, start: startHistoryThread });
  return { evaluator, sessions, authInterceptor, historyQueries, counters, refusals };
}

function serverDependencies(
  { settings, clock, log, randomId, version, shutdown }: WiringOptions,
  journal: Journal,
  components: Components & { readonly scheduler: CooperativeScheduler; readonly snapshots: LiveSnapshots },
): ServerDependencies {
  const { evaluator, sessions, authInterceptor, historyQueries, counters, refusals } = components;
  const { scheduler, snapshots } = components;
  const { leaseMs } = settings;
  const startedMs = clock.nowMs();
  const liveStatus = () => ({
    startedMs,
    rejectedDaemonSetCount: evaluator.daemonSets.rejectedCount,
    counters: counters.toRecord(),
    problems: evaluator.problems,
  });
  return {
    services: {
      agent: { sessions, credentials: authInterceptor, refusals, clock, log },
      query: { evaluation: evaluator, agents: sessions, leaseMs, journal, watches: openWatches(shutdown), clock, log },
      admin: { sessions, evaluation: evaluator, counters, journal },
      audit: { journal, randomId, audits: openAudits(shutdown), clock, log },
    },
    calls: {
      callerOf: (metadata) => authInterceptor.callerOf(metadata),
      journal,
      snapshots,
      snapshotDependencies: { journal, scheduler, version, liveStatus },
      historyQueries,
      clock,
      log,
    },
    health: { journal, clock, log },
    authInterceptor,
    sessions,
    historyQueries,
    clock,
    log,
  };
}

function openWatches(shutdown: ShutdownRegistry): OpenStreams {
  return new OpenStreams({
    name: 'event watch',
    max: WATCHES_MAX,
    shutdown,
    tooMany: () => new RollcallError('TOO_MANY_WATCHES', `${WATCHES_MAX} watches are open already; close one of them`),
  });
}

function openAudits(shutdown: ShutdownRegistry): OpenStreams {
  return new OpenStreams({
    name: 'audit stream',
    max: AUDITS_MAX,
    shutdown,
    tooMany: () =>
      new RollcallError(
        'TOO_MANY_AUDITS',
        `${AUDITS_MAX} checks, exports or backups are running already; try again later`,
      ),
  });
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
