/** Puts the parts of a coordinator together, starts them in order and ends them in reverse. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { RollcallError } from '../shared/errors.ts';
import { FolderSource } from './cluster/folder-source.ts';
import type { ClusterSource } from './cluster/source.ts';
import { Counters } from './evaluation/counters.ts';
import { Evaluator } from './evaluation/evaluator.ts';
import type { JournalEvent } from './journal/events.ts';
import { Journal } from './journal/journal.ts';
import { JournalError } from './journal/journal-error.ts';
import type { House } from './services/house.ts';
import { type RunningServer, startServer } from './services/server.ts';
import type { SessionEvaluation } from './sessions/session-ports.ts';
import { Sessions } from './sessions/sessions.ts';
import type { CoordinatorSettings } from './settings.ts';

/** Name of the journal's file in the data folder. */
const JOURNAL_FILE = 'rollcall.db';

export interface CoordinatorOptions {
  readonly settings: CoordinatorSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  /** Called when nobody can know any more what is on disk; the process should end at once. */
  readonly onFatal: (error: Error) => void;
}

export interface Coordinator {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * Starts a coordinator: first the journal, then the sources, and only when these have been read once
 * the port, so that no agent ever gets assignments from a state that is not complete.
 */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  const { settings, clock, log, onFatal } = options;
  const journal = await openJournal(join(settings.data, JOURNAL_FILE), clock, onFatal);
  const source = sourceOf(options);
  try {
    const house = furnish(options, journal);
    const server = await open(options, house, source);
    const { nodeCount, daemonSetCount } = sizes(house);
    log.info({ port: server.port, revision: journal.nextRevision - 1, nodeCount, daemonSetCount }, 'coordinator ready');
    return { port: server.port, stop: () => stop(house, source, server) };
  } catch (error) {
    source.close();
    await journal.close();
    throw error;
  }
}

async function openJournal(file: string, clock: Clock, onFatal: (error: Error) => void): Promise<Journal> {
  try {
    return await Journal.open({ file, clock, onFatal });
  } catch (error) {
    throw error instanceof JournalError ? new RollcallError('STORE_UNUSABLE', error.message) : error;
  }
}

function sourceOf({ settings, log, clock }: CoordinatorOptions): ClusterSource {
  const { daemonsets = null, nodes = null } = settings;
  return new FolderSource({ daemonSets: daemonsets, nodes, log, clock });
}

/** Evaluation and sessions need each other: what one decides the other publishes, and hears of in turn. */
function furnish(options: CoordinatorOptions, journal: Journal): House {
  const { settings, clock, log, random, randomId, version } = options;
  const { leaseMs, heartbeatMs, startGraceMs } = settings;
  const counters = new Counters();
  const evaluator = new Evaluator({
    recorder: journal,
    clock,
    counters,
    hasRoll: settings.nodes !== undefined,
    isPresent: (node) => sessions.isPresent(node),
    listener: {
      nodesChanged: (names) => sessions.nodesChanged(names),
      nodeRemoved: (name) => sessions.nodeRemoved(name),
    },
  });
  const terms = { leaseMs, heartbeatMs, startGraceMs };
  const evaluation = sessionEvaluation(evaluator);
  const sessions: Sessions = new Sessions({
    journal,
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
  return { evaluator, sessions, journal, clock, counters, log, version, startedMs: clock.nowMs(), leaseMs, randomId };
}

async function open({ settings }: CoordinatorOptions, house: House, source: ClusterSource): Promise<RunningServer> {
  source.start(house.evaluator);
  await house.evaluator.whenSynced();
  return startServer({ house, listen: settings.listen, reflection: settings.reflection });
}

async function stop(house: House, source: ClusterSource, server: RunningServer): Promise<void> {
  source.close();
  await server.stop();
  house.evaluator.stop();
  await house.journal.close();
  house.log.info({ revision: house.journal.durableRevision }, 'coordinator stopped');
}

function sessionEvaluation(evaluator: Evaluator): SessionEvaluation {
  const { table, nodes } = evaluator;
  return {
    revision: (node) => table.revision(node),
    assignments: (node) => table.assignments(node),
    endedSince: (node, revision) => evaluator.endedSince(node, revision),
    isOnRoll: (node) => evaluator.isOnRoll(node),
    nodeReported: (report) => nodes.report(report),
    podsReported: (node, report) => nodes.reportPods(node, report),
    agentAbsent: (node) => nodes.agentAbsent(node),
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

function sizes({ evaluator }: House): { nodeCount: number; daemonSetCount: number } {
  return { nodeCount: evaluator.table.nodeNames().length, daemonSetCount: evaluator.table.daemonSetKeys().length };
}
