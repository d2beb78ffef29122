/**
 * The sessions of all agents: admission, presence, and delivery of updates. Each node has one agent; if two processes
 * connect, the one that started later wins and the other session ends.
 */

import { RollcallError } from '../../shared/errors.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { durationToWire } from '../../shared/rpc/wire-time.ts';
import type { JournalState } from '../journal/read/journal-state.ts';
import * as limits from '../limits.ts';
import { AgentAdmission, resume, superseded, takeoverReason, unknownNode } from './agent-admission.ts';
import { AgentJournal } from './agent-journal.ts';
import { type AgentRecord, newAgentRecord, presenceOf } from './agent-record.ts';
import {
  type AcceptedReport,
  AgentSession,
  NO_ACCEPTED_REPORT,
  type SessionIdentity,
  type SessionListener,
  type SessionStream,
} from './agent-session.ts';
import { type Held, holdsNewest, type Update } from './assignment-update.ts';
import { Leases } from './leases.ts';
import { SendQueue } from './send-queue.ts';
import type { AgentSessionsOptions } from './session-dependencies.ts';
import { welcome } from './welcome.ts';

export class AgentSessions implements SessionListener {
  readonly #options: AgentSessionsOptions;
  readonly #agents = new Map<string, AgentRecord>();
  readonly #admission: AgentAdmission;
  readonly #journal: AgentJournal;
  readonly #leases: Leases;
  readonly #sendQueue: SendQueue;

  constructor(options: AgentSessionsOptions) {
    const { journal, evaluation, clock, log, denied, leaseMs } = options;
    this.#options = options;
    this.#leases = new Leases({ clock, leaseMs, expired: (record) => this.#expire(record) });
    this.#admission = new AgentAdmission(options);
    const sessionOf = (node: string) => this.#agents.get(node)?.session ?? null;
    this.#sendQueue = new SendQueue({ journal, evaluation, sessionOf });
    this.#journal = new AgentJournal({ clock, log, denied, append: (events) => journal.append(events) });
  }

  /** Restores the agents from the journal. No restored agent becomes absent before the grace period ends. */
  restore({ agents }: Pick<JournalState, 'agents'>): void {
    for (const { node, acknowledgedRevision, digest, instanceId, lastSeenMs, isPresent } of agents) {
      const record = this.#record(node);
      Object.assign(record, { instanceId, lastSeenMs, isPresent });
      if (acknowledgedRevision > 0)
        record.acknowledged = { revision: acknowledgedRevision, digest: Buffer.from(digest, 'hex') };
      if (isPresent) this.#leases.start(record, this.#options.startGraceMs);
    }
  }

  /** Applies the rate limit for connecting agents. @throws RollcallError TOO_MANY_CONNECTS or DRAINING. */
  checkRate(): void {
    this.#admission.checkRate();
  }

  /**
   * Admits an agent and responds to its Hello.
   * @throws RollcallError if the agent is not admitted. The refusal is journalled.
   */
  open(hello: Hello__Output, stream: SessionStream): AgentSession {
    try {
      return this.#open(hello, stream);
    } catch (error) {
      if (error instanceof RollcallError) this.#journal.recordRefused(hello, stream, error);
      throw error;
    }
  }

  /** The stream ended. The node remains present until its lease expires. */
  closed(session: AgentSession, detail: string): void {
    session.close();
    this.#disconnected(session, detail);
  }

  /** The assignments of these nodes may have changed. They are sent when they are durable. */
  nodesChanged(names: Iterable<string>): void {
    for (const name of names) this.#sendQueue.nodeChanged(name);
    this.#sendQueue.flush();
  }

  nodeRemoved(name: string): void {
    const record = this.#agents.get(name);
    if (record === undefined) return;
    this.#agents.delete(name);
    record.cancelLease();
    record.session?.end(unknownNode(name));
  }

  /** More rows are durable. Sends what waited for them. */
  journalAdvanced(): void {
    this.#sendQueue.flush();
  }

  /** Requests all agents to reconnect within the period. Returns the number of agents. */
  drain(windowMs: number, reason: string): number {
    const sessions = [...this.#agents.values()].flatMap(({ session }) => session ?? []);
    for (const session of sessions) {
      const backoff = { delay: durationToWire(0), jitter: durationToWire(windowMs) };
      session.send({ drain: { reason, backoff } });
      this.#journal.recordSession('drained', session, this.#options.clock.nowMs(), reason);
    }
    return sessions.length;
  }

  /** Admits no more agents and requests all agents to reconnect later. Nothing is journalled after that. */
  stop(): void {
    this.#admission.close();
    // Agents must not return faster than the next coordinator admits them.
    const admissionMs = (this.#agents.size / limits.ADMISSION.perSecond) * 1_000;
    this.drain(Math.max(limits.DRAIN_WINDOW_MS, admissionMs), 'the coordinator is shutting down');
    for (const record of this.#agents.values()) {
      record.cancelLease();
      const { session } = record;
      record.session = null;
      if (session === null) continue;
      this.#sendQueue.remove(session);
      session.end();
    }
  }

  isPresent(node: string): boolean {
    return this.#agents.get(node)?.isPresent ?? false;
  }

  presence(node: string): Presence {
    return presenceOf(this.#agents.get(node));
  }

  agent(node: string): AgentRecord | undefined {
    return this.#agents.get(node);
  }

  /** Whether the agent is connected and has acknowledged the newest assignments of the node. */
  hasAcknowledged(node: string): boolean {
    const { evaluation } = this.#options;
    const session = this.#agents.get(node)?.session;
    if (!session?.held) return false;
    return session.held.revision >= evaluation.revision(node) || holdsNewest(evaluation, node, session.held);
  }

  // SessionListener

  messageReceived(session: AgentSession): void {
    const record = this.#agents.get(session.node);
    if (record?.session === session) record.lastSeenMs = this.#options.clock.nowMs();
  }

  heartbeat(_session: AgentSession): void {
    this.#options.counters.heartbeats++;
  }

  unknownMessage(_session: AgentSession): void {
    this.#options.counters.unknownMessages++;
  }

  nodeReported(session: AgentSession, report: NodeReport): number | null {
    return this.#accept(session, report.sequence, () => this.#options.evaluation.nodeReported(report));
  }

  podsReported(session: AgentSession, report: PodReport): number | null {
    return this.#accept(session, report.sequence, () => this.#options.evaluation.podsReported(session.node, report));
  }

  reportsPending(session: AgentSession): void {
    this.#sendQueue.addPendingAck(session);
  }

  updateSent(session: AgentSession, update: Update): void {
    const { counters, log } = this.#options;
    if (update.kind === 'snapshot') counters.snapshotsSent++;
    else counters.deltasSent++;
    const record = this.#agents.get(session.node);
    if (record) record.sent = update.held;
    log.debug({ node: session.node, revision: update.held.revision, update: update.kind }, 'assignments sent');
  }

  acknowledged(session: AgentSession, held: Held): void {
    this.#options.counters.acknowledgements++;
    const record = this.#agents.get(session.node);
    if (record) record.acknowledged = held;
    this.#journal.recordAnswer('acknowledged', session, { assignmentRevision: held.revision, held, detail: '' });
  }

  refused(session: AgentSession, update: Update, detail: string): void {
    this.#options.counters.refusals++;
    this.#options.log.warn({ node: session.node, detail }, 'the agent refused assignments');
    const { held } = session;
    this.#journal.recordAnswer('refused', session, { assignmentRevision: update.held.revision, held, detail });
  }

  failed(session: AgentSession, error: RollcallError): void {
    this.#options.log.warn({ node: session.node, reason: error.reason, detail: error.message }, 'session ended');
    // Before the stream ends, because the end of the stream reports a less precise reason.
    this.#disconnected(session, error.message);
    session.end(error);
  }

  #open(hello: Hello__Output, stream: SessionStream): AgentSession {
    const { clock, evaluation, journal, log } = this.#options;
    const identity = this.#admission.admit(hello, stream.caller);
    const { node, instanceId, agentVersion } = identity;
    const record = this.#record(node);
    if (record.session !== null) this.#supersede(record, record.session, identity);
    const held = resume(hello, record, { storeId: journal.storeId, source: evaluation });
    const lastReport = record.lastReport.instanceId === instanceId ? record.lastReport : NO_ACCEPTED_REPORT;
    const session = new AgentSession({
      identity,
      stream,
      source: evaluation,
      listener: this,
      clock,
      connectedMs: clock.nowMs(),
      held,
      lastReport,
      durableRevision: () => journal.durableRevision,
    });
    this.#journal.recordConnected(session, stream.caller, held);
    Object.assign(record, { session, isPresent: true, lastSeenMs: clock.nowMs(), instanceId, agentVersion });
    this.#leases.start(record, this.#options.leaseMs);
    log.info({ node, sessionId: identity.sessionId, resumed: held !== null }, 'the agent connected');
    this.#sendWelcome(session, { resumed: held !== null, lastReport });
    this.nodesChanged([node]);
    return session;
  }

  #sendWelcome(session: AgentSession, { resumed, lastReport }: { resumed: boolean; lastReport: AcceptedReport }): void {
    const { journal, evaluation, clock, version, leaseMs, heartbeatMs } = this.#options;
    session.send({
      welcome: welcome(session.identity, {
        storeId: journal.storeId,
        version,
        leaseMs,
        heartbeatMs,
        agentCount: this.#agents.size,
        nowMs: clock.nowMs(),
        resumed,
        // The agent discards the reports up to this one, so only durable reports count.
        lastReportSequence: lastReport.revision <= journal.durableRevision ? lastReport.sequence : 0,
      }),
    });
    if (evaluation.lacksReports(session.node)) session.send({ reportRequest: {} });
  }

  #supersede(record: AgentRecord, previous: AgentSession, next: SessionIdentity): void {
    const { leaseMs } = this.#options;
    const detail = takeoverReason(previous.identity, next, leaseMs);
    this.#journal.recordSession('superseded', previous, record.lastSeenMs, detail);
    record.session = null;
    this.#sendQueue.remove(previous);
    previous.end(superseded(record.node, detail, leaseMs));
  }

  /** Accepts no report while the journal is overloaded. The agent keeps the report until it is requested again. */
  #accept(session: AgentSession, sequence: number, take: () => void): number | null {
    const { journal } = this.#options;
    if (!journal.accepting) {
      this.#sendQueue.addDeferredReport(session);
      return null;
    }
    take();
    const record = this.#agents.get(session.node);
    const revision = journal.nextRevision - 1;
    if (record) record.lastReport = { instanceId: session.identity.instanceId, sequence, revision };
    return revision;
  }

  #disconnected(session: AgentSession, detail: string): void {
    this.#sendQueue.remove(session);
    const record = this.#agents.get(session.node);
    if (record?.session !== session) return;
    record.session = null;
    this.#journal.recordSession('disconnected', session, record.lastSeenMs, detail);
  }

  #expire(record: AgentRecord): void {
    const { node, session, lastSeenMs } = record;
    record.isPresent = false;
    const detail = `the agent sent no message for ${this.#options.leaseMs / 1000} seconds`;
    this.#options.log.warn({ node, lastSeenMs }, 'the node is absent');
    this.#journal.recordAbsent(record, detail);
    record.session = null;
    session?.end(new RollcallError('LEASE_EXPIRED', detail, { metadata: { node } }));
    this.#options.evaluation.agentAbsent(node);
    // Without a node inventory, agents can connect with any name. A name that never became a node is removed.
    if (this.#options.evaluation.assignments(node) === null) this.#agents.delete(node);
  }

  #record(node: string): AgentRecord {
    const record = this.#agents.get(node) ?? newAgentRecord(node);
    this.#agents.set(node, record);
    return record;
  }
}
