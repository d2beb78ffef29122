/**
 * One agent's stream, from Hello to its end: takes reports, publishes assignments, and keeps at most
 * one update unanswered, so that a slow or silent agent costs a constant (docs/protocol.md).
 */

import { status } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { AssignmentAck__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentAck.ts';
import type { ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { assignmentToWire, nodeReportFromWire, podReportFromWire } from '../../shared/rpc/wire.ts';
import { daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import type { Caller } from '../identity/caller.ts';
import { ACK_TIMEOUT_MS, REFUSAL_BACKOFF_MS } from '../limits.ts';
import { type AssignmentSource, type Held, nextUpdate, type Update } from './assignment-update.ts';
import { quote, truncate } from './peer-text.ts';
import { nodeReportProblem, podReportProblem } from './report-problem.ts';

/** What a session needs of its gRPC stream. */
export interface SessionStream {
  readonly peerAddress: string;
  /** Who opened it. */
  readonly caller: Caller;
  send(message: ConnectResponse): void;
  /** Ends the stream: well without an error, else with its status. Nothing is sent after it. */
  end(error?: RollcallError): void;
}

/** Who speaks on a session; fixed by its Hello. */
export interface SessionIdentity {
  readonly sessionId: string;
  readonly node: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly startedMs: number;
  readonly protocolVersion: number;
}

export interface SessionListener {
  /** Anything at all was heard. */
  messageReceived(session: AgentSession): void;
  heartbeat(session: AgentSession): void;
  unknownMessage(session: AgentSession): void;
  /**
   * Takes a report and returns the revision that has to be durable before it may be acknowledged;
   * `null` when it cannot be taken now, and the agent has to be asked again.
   */
  nodeReported(session: AgentSession, report: NodeReport): number | null;
  podsReported(session: AgentSession, report: PodReport): number | null;
  /** Reports are taken that may only be acknowledged later. */
  reportsPending(session: AgentSession): void;
  updateSent(session: AgentSession, update: Update): void;
  acknowledged(session: AgentSession, held: Held): void;
  /** The agent refused an update and still holds what it held before. */
  refused(session: AgentSession, update: Update, detail: string): void;
  /** The session has to end because of the peer. */
  failed(session: AgentSession, error: RollcallError): void;
}

/** A report that was taken, and the revision that has to be durable before it is acknowledged. */
export interface AcceptedReport {
  readonly sequence: number;
  readonly revision: number;
}

export const NO_ACCEPTED_REPORT: AcceptedReport = { sequence: 0, revision: 0 };

export interface AgentSessionOptions {
  readonly identity: SessionIdentity;
  readonly stream: SessionStream;
  readonly source: AssignmentSource;
  readonly listener: SessionListener;
  readonly clock: Clock;
  readonly connectedMs: number;
  /** What the agent holds, where its cursor could be resumed. */
  readonly held: Held | null;
  /** The last report that was taken of this agent process. */
  readonly lastReport: AcceptedReport;
  /** The newest durable revision: nothing newer is ever sent (docs/invariants.md, 1). */
  readonly durableRevision: () => number;
}

export class AgentSession {
  readonly identity: SessionIdentity;
  readonly connectedMs: number;
  readonly #options: AgentSessionOptions;
  #held: Held | null;
  #inFlight: { sequence: number; update: Update } | null = null;
  #cancelAckTimer: () => void = () => {};
  #updateSequence = 0;
  #lastReport: AcceptedReport;
  /** Reports that are taken but not yet acknowledged, in order; one for each revision, so no more than rows wait. */
  #unacknowledged: AcceptedReport[] = [];
  #refusals = 0;
  #isPausing = false;
  #cancelPause: () => void = () => {};
  #sentRevision = 0;
  #lastRefusal = '';
  #isOpen = true;

  constructor(options: AgentSessionOptions) {
    this.#options = options;
    this.identity = options.identity;
    this.connectedMs = options.connectedMs;
    this.#held = options.held;
    this.#lastReport = options.lastReport;
  }

  get node(): string {
    return this.identity.node;
  }

  get peerAddress(): string {
    return this.#options.stream.peerAddress;
  }

  /** What the agent acknowledged last. */
  get held(): Held | null {
    return this.#held;
  }

  get sentRevision(): number {
    return this.#sentRevision;
  }

  /** Why the agent refused the newest update; `''` when it did not. */
  get lastRefusal(): string {
    return this.#lastRefusal;
  }

  send(message: ConnectResponse): void {
    if (this.#isOpen) this.#options.stream.send(message);
  }

  /** Takes any message after Hello. */
  receive(message: ConnectRequest__Output): void {
    if (!this.#isOpen) return;
    const { listener } = this.#options;
    listener.messageReceived(this);
    switch (message.message) {
      case 'nodeReport':
        return this.#takeNodeReport(message);
      case 'podReport':
        return this.#takePodReport(message);
      case 'assignmentAck':
        return message.assignmentAck ? this.#takeAck(message.assignmentAck) : undefined;
      case 'heartbeat':
        return listener.heartbeat(this);
      case 'hello':
        return this.#fail('HELLO_EXPECTED', 'Hello opens a stream and is sent only once; open a new stream instead');
      default:
        // A newer agent's message: counted and ignored, so that agents may be upgraded first.
        return listener.unknownMessage(this);
    }
  }

  /**
   * Sends what the agent lacks, unless it still owes an answer or the journal is not that far. To be
   * called whenever assignments changed or became durable.
   */
  publish(): void {
    if (!this.#isOpen || this.#inFlight !== null || this.#isPausing) return;
    const { source, durableRevision, listener } = this.#options;
    if (source.revision(this.node) > durableRevision()) return;
    const update = nextUpdate(source, this.node, this.#held);
    if (update === null) return;
    const sequence = ++this.#updateSequence;
    this.#inFlight = { sequence, update };
    this.#sentRevision = update.held.revision;
    this.send({ assignmentUpdate: { ...updateToWire(update), sequence: String(sequence) } });
    listener.updateSent(this, update);
    this.#cancelAckTimer = this.#options.clock.after(ACK_TIMEOUT_MS, () =>
      this.#fail('ACK_TIMEOUT', `update ${sequence} was not answered within ${ACK_TIMEOUT_MS / 1000} seconds`),
    );
  }

  /** Acknowledges the reports that are durable by now; returns whether any are still to come. */
  acknowledgeReports(): boolean {
    const durable = this.#options.durableRevision();
    let reportSequence = 0;
    while (this.#unacknowledged[0] !== undefined && this.#unacknowledged[0].revision <= durable) {
      reportSequence = this.#unacknowledged.shift()?.sequence ?? 0;
    }
    if (reportSequence > 0) this.send({ reportAck: { reportSequence: String(reportSequence) } });
    return this.#unacknowledged.length > 0;
  }

  /** Ends the stream; with an error the agent learns why. */
  end(error?: RollcallError): void {
    if (!this.#isOpen) return;
    this.close();
    this.#options.stream.end(error);
  }

  /** The stream is gone, or about to be: nothing is sent any more. */
  close(): void {
    this.#isOpen = false;
    this.#cancelAckTimer();
    this.#cancelPause();
  }

  #takeNodeReport({ nodeReport }: ConnectRequest__Output): void {
    const report = nodeReport ? nodeReportFromWire(nodeReport) : null;
    if (report === null) return this.#fail('MESSAGE_INVALID', 'node_report.facts is missing');
    const problem = nodeReportProblem(report);
    if (problem !== null) return this.#fail('MESSAGE_INVALID', problem);
    if (report.facts.name !== this.node) return this.#failForeign('node', report.facts.name);
    const kept = { ...report, source: truncate(report.source), problem: truncate(report.problem) };
    this.#takeReport(report.sequence, () => this.#options.listener.nodeReported(this, kept));
  }

  #takePodReport({ podReport }: ConnectRequest__Output): void {
    if (!podReport) return;
    const report = podReportFromWire(podReport);
    const problem = podReportProblem(report);
    if (problem !== null) return this.#fail('MESSAGE_INVALID', problem);
    const foreign = report.drifts.find(({ node }) => node !== this.node);
    if (foreign) return this.#failForeign('a drift of node', foreign.node);
    this.#takeReport(report.sequence, () => this.#options.listener.podsReported(this, report));
  }

  #takeReport(sequence: number, take: () => number | null): void {
    // One that was taken already is sent again where its acknowledgement was lost, or is not due yet.
    if (sequence > this.#lastReport.sequence) {
      const revision = take();
      if (revision === null) return;
      this.#lastReport = { sequence, revision };
    }
    if (this.#unacknowledged.at(-1)?.revision === this.#lastReport.revision) this.#unacknowledged.pop();
    this.#unacknowledged.push(this.#lastReport);
    if (this.acknowledgeReports()) this.#options.listener.reportsPending(this);
  }

  #takeAck({ sequence, appliedRevision, error }: AssignmentAck__Output): void {
    const inFlight = this.#inFlight;
    if (inFlight === null || String(inFlight.sequence) !== sequence) {
      return this.#fail('MESSAGE_INVALID', `assignment_ack.sequence ${sequence} answers no update`);
    }
    this.#inFlight = null;
    this.#cancelAckTimer();
    const { held } = inFlight.update;
    if (error && error.code !== status.OK) {
      return this.#takeRefusal(inFlight.update, truncate(error.message) || 'the agent gave no reason');
    }
    if (Number(appliedRevision) !== held.revision) {
      const said = `assignment_ack.applied_revision is ${appliedRevision}, the update went to ${held.revision}`;
      return this.#fail('MESSAGE_INVALID', said);
    }
    this.#held = held;
    this.#refusals = 0;
    this.#lastRefusal = '';
    this.#options.listener.acknowledged(this, held);
    this.publish();
  }

  /** The agent keeps what it held; it gets everything, but not in a hot loop. */
  #takeRefusal(update: Update, detail: string): void {
    this.#options.listener.refused(this, update, detail);
    this.#lastRefusal = detail;
    this.#held = null;
    const { first, max } = REFUSAL_BACKOFF_MS;
    // The first snapshot goes out at once: it is the cure for a gap.
    const pauseMs = this.#refusals === 0 ? 0 : Math.min(max, first * 2 ** (this.#refusals - 1));
    this.#refusals++;
    this.#isPausing = true;
    this.#cancelPause = this.#options.clock.after(pauseMs, () => {
      this.#isPausing = false;
      this.publish();
    });
  }

  #failForeign(what: string, node: string): void {
    const said = `an agent that said hello for node ${this.node} reported ${what} ${quote(node)}`;
    this.#fail('NODE_IDENTITY_MISMATCH', said);
  }

  #fail(reason: ConstructorParameters<typeof RollcallError>[0], message: string): void {
    this.#options.listener.failed(this, new RollcallError(reason, message, { metadata: { node: this.node } }));
  }
}

function updateToWire(update: Update): NonNullable<ConnectResponse['assignmentUpdate']> {
  const { revision, digest } = update.held;
  const head = { revision: String(revision), digest };
  if (update.kind === 'snapshot')
    return { ...head, snapshot: { assignments: update.assignments.map(assignmentToWire) } };
  return {
    ...head,
    delta: {
      baseRevision: String(update.baseRevision),
      upserts: update.upserts.map(assignmentToWire),
      removals: update.removals.map((key) => daemonSetRef(key)),
    },
  };
}
