/**
 * One stream of an agent, from Hello to its end: accepts reports and publishes assignments. At most one update is
 * unacknowledged, so that a slow agent uses a constant amount of memory (docs/protocol.md).
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

/** The gRPC stream of a session. */
export interface SessionStream {
  readonly peerAddress: string;
  /** The caller that opened the stream. */
  readonly caller: Caller;
  send(message: ConnectResponse): void;
  /** Ends the stream: with OK if there is no error, otherwise with the status of the error. Nothing is sent after it. */
  end(error?: RollcallError): void;
}

/** The identity of the agent; fixed by Hello. */
export interface SessionIdentity {
  readonly sessionId: string;
  readonly node: string;
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly startedMs: number;
  readonly protocolVersion: number;
}

export interface SessionListener {
  messageReceived(session: AgentSession): void;
  heartbeat(session: AgentSession): void;
  unknownMessage(session: AgentSession): void;
  /**
   * Accepts a report. Returns the revision that must be durable before the report is acknowledged, or `null` if the
   * report is not accepted now and must be requested again.
   */
  nodeReported(session: AgentSession, report: NodeReport): number | null;
  podsReported(session: AgentSession, report: PodReport): number | null;
  /** Accepted reports wait until they are durable. */
  reportsPending(session: AgentSession): void;
  updateSent(session: AgentSession, update: Update): void;
  acknowledged(session: AgentSession, held: Held): void;
  /** The agent refused an update and remains at its previous position. */
  refused(session: AgentSession, update: Update, detail: string): void;
  /** The session must end because of an error of the peer. */
  failed(session: AgentSession, error: RollcallError): void;
}

/** An accepted report, with the revision that must be durable before it is acknowledged. */
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
  /** The agent's position. `null` if the coordinator cannot resume from it. */
  readonly held: Held | null;
  /** The newest accepted report of this agent process. */
  readonly lastReport: AcceptedReport;
  /** The newest durable revision. Nothing newer is sent (docs/invariants.md, 1). */
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
  /** Accepted reports that are not acknowledged yet, in order, at most one per revision. */
  #unacknowledged: AcceptedReport[] = [];
  #refusals = 0;
  #isBackingOff = false;
  #cancelBackoff: () => void = () => {};
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

  /** The newest position that the agent acknowledged. */
  get held(): Held | null {
    return this.#held;
  }

  get sentRevision(): number {
    return this.#sentRevision;
  }

  /** The reason for which the agent refused the newest update; `''` if it did not. */
  get lastRefusal(): string {
    return this.#lastRefusal;
  }

  send(message: ConnectResponse): void {
    if (this.#isOpen) this.#options.stream.send(message);
  }

  /** Handles every message after Hello. */
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
        return this.#fail('HELLO_EXPECTED', 'Hello must be sent only once; open a new stream instead');
      default:
        // A message of a newer agent is counted and ignored, so that agents can be upgraded first.
        return listener.unknownMessage(this);
    }
  }

  /**
   * Sends the next update, unless an update is unacknowledged or the journal is not durable yet. Is called when
   * assignments change or become durable.
   */
  publish(): void {
    if (!this.#isOpen || this.#inFlight !== null || this.#isBackingOff) return;
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
      this.#fail(
        'ACK_TIMEOUT',
        `the agent did not acknowledge update ${sequence} within ${ACK_TIMEOUT_MS / 1000} seconds`,
      ),
    );
  }

  /** Acknowledges all durable reports. Returns whether others are still waiting. */
  acknowledgeReports(): boolean {
    const durable = this.#options.durableRevision();
    let reportSequence = 0;
    while (this.#unacknowledged[0] !== undefined && this.#unacknowledged[0].revision <= durable) {
      reportSequence = this.#unacknowledged.shift()?.sequence ?? 0;
    }
    if (reportSequence > 0) this.send({ reportAck: { reportSequence: String(reportSequence) } });
    return this.#unacknowledged.length > 0;
  }

  /** Ends the stream. The agent receives the error, if there is one. */
  end(error?: RollcallError): void {
    if (!this.#isOpen) return;
    this.close();
    this.#options.stream.end(error);
  }

  /** Stops sending, because the stream ended or is about to end. */
  close(): void {
    this.#isOpen = false;
    this.#cancelAckTimer();
    this.#cancelBackoff();
  }

  #takeNodeReport({ nodeReport }: ConnectRequest__Output): void {
    const report = nodeReport ? nodeReportFromWire(nodeReport) : null;
    if (report === null) return this.#fail('MESSAGE_INVALID', 'node_report.facts is missing');
    const problem = nodeReportProblem(report);
    if (problem !== null) return this.#fail('MESSAGE_INVALID', problem);
    if (report.facts.name !== this.node) return this.#failForeign('node', report.facts.name);
    const truncated = { ...report, source: truncate(report.source), problem: truncate(report.problem) };
    this.#takeReport(report.sequence, () => this.#options.listener.nodeReported(this, truncated));
  }

  #takePodReport({ podReport }: ConnectRequest__Output): void {
    if (!podReport) return;
    const report = podReportFromWire(podReport);
    const problem = podReportProblem(report);
    if (problem !== null) return this.#fail('MESSAGE_INVALID', problem);
    const foreign = report.drifts.find(({ node }) => node !== this.node);
    if (foreign) return this.#failForeign('drift of node', foreign.node);
    this.#takeReport(report.sequence, () => this.#options.listener.podsReported(this, report));
  }

  #takeReport(sequence: number, take: () => number | null): void {
    // The agent sends an accepted report again if it has not received the acknowledgement.
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
      return this.#fail('MESSAGE_INVALID', `assignment_ack.sequence ${sequence} does not match an update`);
    }
    this.#inFlight = null;
    this.#cancelAckTimer();
    const { held } = inFlight.update;
    if (error && error.code !== status.OK) {
      return this.#takeRefusal(inFlight.update, truncate(error.message) || 'the agent gave no reason');
    }
    if (Number(appliedRevision) !== held.revision) {
      const said = `assignment_ack.applied_revision is ${appliedRevision}; the revision of the update is ${held.revision}`;
      return this.#fail('MESSAGE_INVALID', said);
    }
    this.#held = held;
    this.#refusals = 0;
    this.#lastRefusal = '';
    this.#options.listener.acknowledged(this, held);
    this.publish();
  }

  /** Sends a snapshot after a refusal, with a backoff. */
  #takeRefusal(update: Update, detail: string): void {
    this.#options.listener.refused(this, update, detail);
    this.#lastRefusal = detail;
    this.#held = null;
    const { first, max } = REFUSAL_BACKOFF_MS;
    // The first snapshot is sent immediately, because it closes a gap.
    const pauseMs = this.#refusals === 0 ? 0 : Math.min(max, first * 2 ** (this.#refusals - 1));
    this.#refusals++;
    this.#isBackingOff = true;
    this.#cancelBackoff = this.#options.clock.after(pauseMs, () => {
      this.#isBackingOff = false;
      this.publish();
    });
  }

  #failForeign(what: string, node: string): void {
    const said = `the agent of node ${this.node} reported ${what} ${quote(node)}`;
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
