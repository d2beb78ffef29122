/**
 * The agent: observes its node, holds the assignments against it, and lets the coordinator know. It
 * answers for one node, only reads, and works on when the coordinator is away.
 */
import type { Clock } from '../shared/clock.ts';
import type { Logger } from '../shared/logging.ts';
import type { Drift } from '../shared/model/drift.ts';
import type { NodeReport, PodReport } from '../shared/model/reports.ts';
import { isSameNodeReport, isSamePodReport, nextAvailableMs, nodeReportOf, podReportOf } from './node-verifier.ts';
import type { Observation, Observer } from './observe/observer.ts';
import type { AgentState, StateFolder } from './state/state-folder.ts';
import type { AgentStreamHost } from './stream/agent-stream.ts';
import type { HeldAssignments } from './stream/held-assignments.ts';
import { Outbox, type Unnumbered } from './stream/outbox.ts';
import { Session } from './stream/session.ts';
import type { OpenStream } from './stream/stream.ts';

/** A timer cannot be set for months, and a clock may be set anew: looking once an hour costs nothing. */
const AVAILABILITY_DELAY_MAX_MS = 60 * 60_000;

export interface AgentOptions {
  readonly observer: Observer;
  readonly openStream: OpenStream;
  /** `null` where nothing is kept over a restart. */
  readonly stateFolder: StateFolder | null;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Random per process. */
  readonly instanceId: string;
  readonly version: string;
  readonly log: Logger;
}

export interface AgentStanding {
  /** Whether the node is known. */
  readonly isObserved: boolean;
  /** Why the source cannot be read; `''` when it can. */
  readonly problem: string;
  readonly isConnected: boolean;
  /** Whether the coordinator answered since the start. */
  readonly everConnected: boolean;
  readonly assignmentCount: number;
  readonly drifts: readonly Drift[];
}

export class Agent {
  readonly #options: AgentOptions;
  readonly #startMs: number;
  readonly #outbox = new Outbox();
  #kept: AgentState | null = null;
  #observation: Observation | undefined;
  #problem = '';
  #held: HeldAssignments | null = null;
  #nodeReport: Unnumbered<NodeReport> | null = null;
  #podReport: Unnumbered<PodReport> | null = null;
  #session: Session | undefined;
  #cancelAvailable: () => void = () => {};

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#startMs = options.clock.nowMs();
  }

  /** The session with the coordinator begins once the node is known. */
  start(): void {
    const { observer, stateFolder } = this.#options;
    this.#kept = stateFolder?.load() ?? null;
    observer.start({
      observed: (observation) => this.#observed(observation),
      problem: (sentence) => this.#troubled(sentence),
    });
  }

  /** Resolves when the stream is over; nothing is reported after it. */
  async stop(): Promise<void> {
    this.#options.observer.close();
    this.#cancelAvailable();
    await this.#session?.stop();
  }

  /** How the agent stands right now, for whoever operates it. */
  get standing(): AgentStanding {
    return {
      isObserved: this.#observation !== undefined,
      problem: this.#problem,
      isConnected: this.#session?.isConnected ?? false,
      everConnected: this.#session?.everConnected ?? false,
      assignmentCount: this.#held?.assignments.size ?? 0,
      drifts: this.#podReport?.drifts ?? [],
    };
  }

  #observed(observation: Observation): void {
    const { log } = this.#options;
    if (this.#problem !== '') log.info({ node: observation.facts.name }, 'the source is good again');
    if (this.#observation === undefined) this.#resume(observation.facts.name);
    this.#observation = observation;
    this.#problem = '';
    this.#report();
    if (this.#session === undefined) this.#startSession(observation);
  }

  #troubled(sentence: string): void {
    const { log } = this.#options;
    if (sentence === this.#problem) return;
    this.#problem = sentence;
    const consequence = this.#observation === undefined ? 'waiting for it to become good' : 'the last good facts stay';
    log.warn(`${sentence} (${consequence})`);
    this.#report();
  }

  /** Takes up what was kept, where it is about this node. */
  #resume(node: string): void {
    const { log, stateFolder } = this.#options;
    const kept = this.#kept;
    this.#kept = null;
    if (kept === null) return;
    if (kept.node !== node) {
      stateFolder?.setAside(`it is about node ${kept.node}, and this agent answers for ${node}`);
      return;
    }
    this.#held = kept.held;
    this.#nodeReport = kept.nodeReport;
    this.#podReport = kept.podReport;
    log.info({ node, revision: kept.held?.revision ?? 0 }, 'resuming with the assignments that were kept');
    this.#putAll();
  }

  #startSession({ facts }: Observation): void {
    const { openStream, clock, random, log, instanceId, version } = this.#options;
    const { name, uid } = facts;
    log.info({ node: name }, `answering for node ${name}`);
    this.#session = new Session({
      openStream,
      clock,
      random,
      log: log.child({ node: name }),
      identity: { node: { name, uid }, instanceId, agentVersion: version, startMs: this.#startMs },
      host: this.#host(),
      outbox: this.#outbox,
    });
    this.#session.start();
  }

  #host(): AgentStreamHost {
    const held = () => this.#held;
    return {
      get held() {
        return held();
      },
      keep: (assignments) => {
        this.#held = assignments;
        this.#save();
      },
      assignmentsChanged: () => {
        const { log } = this.#options;
        log.info(
          { revision: this.#held?.revision, assignments: this.#held?.assignments.size },
          'holding new assignments',
        );
        this.#report();
      },
      reportsRequested: () => this.#putAll(),
    };
  }

  /** Makes the newest reports and hands on those that say something new. */
  #report(): void {
    const observation = this.#observation;
    if (observation === undefined) return;
    const nodeReport = nodeReportOf(observation, this.#problem);
    const podReport = this.#newestPodReport(observation);
    const isNodeNews = this.#nodeReport === null || !isSameNodeReport(this.#nodeReport, nodeReport);
    const isPodNews = this.#podReport === null || !isSamePodReport(this.#podReport, podReport);
    this.#expectAvailability(podReport);
    if (!isNodeNews && !isPodNews) {
      this.#options.log.debug('observed no change');
      return;
    }
    if (isNodeNews) this.#outbox.putNode((this.#nodeReport = nodeReport));
    if (isPodNews) this.#outbox.putPods((this.#podReport = podReport));
    this.#save();
    this.#session?.reportsChanged();
  }

  #newestPodReport(observation: Observation): Unnumbered<PodReport> {
    const nowMs = this.#options.clock.nowMs();
    // A source that can be read is watched: what it said last is what it says now.
    const observedMs = this.#problem === '' ? nowMs : observation.observedMs;
    return podReportOf({ observation, held: this.#held, previous: this.#podReport, nowMs, observedMs });
  }

  /** A pod becomes available without anything in the source changing. */
  #expectAvailability(podReport: Unnumbered<PodReport>): void {
    const { clock } = this.#options;
    this.#cancelAvailable();
    const dueMs = nextAvailableMs(podReport, this.#held);
    if (dueMs === null) return;
    const delayMs = Math.min(Math.max(0, dueMs - clock.nowMs()), AVAILABILITY_DELAY_MAX_MS);
    this.#cancelAvailable = clock.after(delayMs, () => this.#report());
  }

  #putAll(): void {
    if (this.#nodeReport !== null) this.#outbox.putNode(this.#nodeReport);
    if (this.#podReport !== null) this.#outbox.putPods(this.#podReport);
  }

  #save(): void {
    const node = this.#observation?.facts.name;
    if (node === undefined) return;
    const { stateFolder } = this.#options;
    stateFolder?.save({ node, held: this.#held, nodeReport: this.#nodeReport, podReport: this.#podReport });
  }
}
