/**
 * The agent: observes its node, compares the pods with the assignments, and reports the result to the coordinator. It is
 * read-only and continues to work without the coordinator.
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

/** Maximum delay of the availability timer. A timer cannot run for months, and the clock can change. */
const AVAILABILITY_DELAY_MAX_MS = 60 * 60_000;

export interface AgentOptions {
  readonly observer: Observer;
  readonly openStream: OpenStream;
  /** `null` if the state is not persisted. */
  readonly stateFolder: StateFolder | null;
  readonly clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Random identifier of the process. */
  readonly instanceId: string;
  readonly version: string;
  readonly log: Logger;
}

export interface AgentStatus {
  /** Whether the node was observed. */
  readonly isObserved: boolean;
  /** The reason for which the source cannot be read; `''` if it can. */
  readonly problem: string;
  readonly isConnected: boolean;
  /** Whether the agent was connected at least once since the start. */
  readonly everConnected: boolean;
  readonly assignmentCount: number;
  readonly drifts: readonly Drift[];
}

export class Agent {
  readonly #options: AgentOptions;
  readonly #startMs: number;
  readonly #outbox = new Outbox();
  #persisted: AgentState | null = null;
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

  /** Connects to the coordinator when the node was observed for the first time. */
  start(): void {
    const { observer, stateFolder } = this.#options;
    this.#persisted = stateFolder?.load() ?? null;
    observer.start({
      observed: (observation) => this.#observed(observation),
      problem: (sentence) => this.#sourceFailed(sentence),
    });
  }

  /** Resolves when the stream ended. Nothing is reported after that. */
  async stop(): Promise<void> {
    this.#options.observer.close();
    this.#cancelAvailable();
    await this.#session?.stop();
  }

  /** The current status, for probes and metrics. */
  get status(): AgentStatus {
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
    if (this.#problem !== '') log.info({ node: observation.facts.name }, 'the source is readable again');
    if (this.#observation === undefined) this.#resume(observation.facts.name);
    this.#observation = observation;
    this.#problem = '';
    this.#report();
    if (this.#session === undefined) this.#startSession(observation);
  }

  #sourceFailed(sentence: string): void {
    const { log } = this.#options;
    if (sentence === this.#problem) return;
    this.#problem = sentence;
    const consequence =
      this.#observation === undefined ? 'waiting for a valid source' : 'the last valid facts remain in use';
    log.warn(`${sentence} (${consequence})`);
    this.#report();
  }

  /** Restores the persisted state if it belongs to this node. */
  #resume(node: string): void {
    const { log, stateFolder } = this.#options;
    const persisted = this.#persisted;
    this.#persisted = null;
    if (persisted === null) return;
    if (persisted.node !== node) {
      stateFolder?.setAside(`it belongs to node ${persisted.node}, but this agent runs for node ${node}`);
      return;
    }
    this.#held = persisted.held;
    this.#nodeReport = persisted.nodeReport;
    this.#podReport = persisted.podReport;
    log.info({ node, revision: persisted.held?.revision ?? 0 }, 'resuming with the persisted assignments');
    this.#putAll();
  }

  #startSession({ facts }: Observation): void {
    const { openStream, clock, random, log, instanceId, version } = this.#options;
    const { name, uid } = facts;
    log.info({ node: name }, `running for node ${name}`);
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
          'received new assignments',
        );
        this.#report();
      },
      reportsRequested: () => this.#putAll(),
    };
  }

  /** Creates the reports and sends those that changed. */
  #report(): void {
    const observation = this.#observation;
    if (observation === undefined) return;
    const nodeReport = nodeReportOf(observation, this.#problem);
    const podReport = this.#newestPodReport(observation);
    const isNodeNews = this.#nodeReport === null || !isSameNodeReport(this.#nodeReport, nodeReport);
    const isPodNews = this.#podReport === null || !isSamePodReport(this.#podReport, podReport);
    this.#scheduleAvailability(podReport);
    if (!isNodeNews && !isPodNews) {
      this.#options.log.debug('no change observed');
      return;
    }
    if (isNodeNews) this.#outbox.putNode((this.#nodeReport = nodeReport));
    if (isPodNews) this.#outbox.putPods((this.#podReport = podReport));
    this.#save();
    this.#session?.reportsChanged();
  }

  #newestPodReport(observation: Observation): Unnumbered<PodReport> {
    const nowMs = this.#options.clock.nowMs();
    // A readable source is watched, so its last state is its current state.
    const observedMs = this.#problem === '' ? nowMs : observation.observedMs;
    return podReportOf({ observation, held: this.#held, previous: this.#podReport, nowMs, observedMs });
  }

  /** A pod becomes available over time, without a change of the source. */
  #scheduleAvailability(podReport: Unnumbered<PodReport>): void {
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
