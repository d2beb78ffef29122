/**
 * Every node's agent: who may speak for a node, who is present, and who has to hear of what. One
 * agent speaks for a node: of two, the process that started later; the other is told so and ended.
 */
import { RollcallError } from '../../shared/errors.ts';
import type { NodeReport, PodReport } from '../../shared/roll/model.ts';
import { PROTOCOL_VERSION } from '../../shared/rpc/contract.ts';
import type { Hello__Output } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { durationToWire, timeFromWire } from '../../shared/rpc/wire-time.ts';
import type { JournalState } from '../journal/state.ts';
import * as limits from '../limits.ts';
import { Admission } from './admission.ts';
import { AgentJournal } from './agent-journal.ts';
import { type AgentRecord, newAgentRecord, type Presence, presenceOf } from './agent-record.ts';
import { AgentSession, type SessionListener, type SessionStream } from './agent-session.ts';
import { type Held, nextUpdate, type Update } from './assignment-update.ts';
import { checkHello, resume, superseded, takeOver, unknownNode } from './door.ts';
import { Leases } from './leases.ts';
import { Outgoing } from './outgoing.ts';
import type { SessionsOptions } from './session-ports.ts';
import { fleetHeartbeatMs, welcome } from './welcome.ts';

export class Sessions implements SessionListener {
  readonly #options: SessionsOptions;
  readonly #agents = new Map<string, AgentRecord>();
  readonly #admission: Admission;
  readonly #journal: AgentJournal;
  readonly #leases: Leases;
  readonly #outgoing: Outgoing;
  #isDraining = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#leases = new Leases({
      clock: options.clock,
      leaseMs: options.leaseMs,
      expired: (record) => this.#expire(record),
    });
    this.#admission = new Admission({ clock: options.clock, ...limits.ADMISSION });
    const { journal, evaluation } = options;
    const sessionOf = (node: string) => this.#agents.get(node)?.session ?? null;
    this.#outgoing = new Outgoing({ journal, evaluation, sessionOf });
    this.#journal = new AgentJournal({ clock: options.clock, append: (events) => options.journal.append(events) });
  }

  /** Takes over what the journal knows: nobody who was here is called absent before the grace is over. */
  restore({ agents }: Pick<JournalState, 'agents'>): void {
    for (const { node, acknowledgedRevision, digest, instanceId, lastSeenMs, isPresent } of agents) {
      const record = this.#record(node);
      Object.assign(record, { instanceId, lastSeenMs, isPresent });
      if (acknowledgedRevision > 0)
        record.acknowledged = { revision: acknowledgedRevision, digest: Buffer.from(digest, 'hex') };
      if (isPresent) this.#leases.start(record, this.#options.startGraceMs);
    }
  }

  /**
   * Lets an agent in and answers its Hello.
   * @throws RollcallError with the reason why it may not come in; the refusal is journalled.
   */
  open(hello: Hello__Output, stream: SessionStream): AgentSession {
    try {
      return this.#open(hello, stream);
    } catch (error) {
      if (error instanceof RollcallError) this.#refuse(hello, stream, error);
      throw error;
    }
  }

  /** The stream ended by itself; the node stays present until its lease runs out. */
  closed(session: AgentSession, detail: string): void {
    session.close();
    this.#outgoing.forget(session);
    const record = this.#agents.get(session.node);
    if (record?.session !== session) return;
    record.session = null;
    this.#journal.session('disconnected', session, record.lastSeenMs, detail);
  }

  /** These nodes' agents may have to hear of something, once it is durable. */
  nodesChanged(names: Iterable<string>): void {
    for (const name of names) this.#outgoing.changed(name);
    this.#outgoing.flush();
  }

  nodeRemoved(name: string): void {
    const record = this.#agents.get(name);
    if (record === undefined) return;
    this.#agents.delete(name);
    record.cancelLease();
    record.session?.end(unknownNode(name));
  }

  /** More is durable than before: what waited for it goes out. */
  journalAdvanced(): void {
    this.#outgoing.flush();
  }

  /** Asks all agents to go and to come back within the window; returns how many were asked. */
  drain(windowMs: number, reason: string): number {
    const sessions = [...this.#agents.values()].flatMap(({ session }) => session ?? []);
    for (const session of sessions) {
      const backoff = { delay: durationToWire(0), jitter: durationToWire(windowMs) };
      session.send({ drain: { reason, backoff } });
      this.#journal.session('drained', session, this.#options.clock.nowMs(), reason);
    }
    return sessions.length;
  }

  /** Nobody is let in any more, and everybody is asked to come back later. */
  stop(): void {
    this.#isDraining = true;
    this.drain(limits.DRAIN_WINDOW_MS, 'the coordinator stops');
    for (const record of this.#agents.values()) {
      record.cancelLease();
      record.session?.end();
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

  /** Whether the agent is connected and holds, acknowledged, the node's newest assignments. */
  isSettled(node: string): boolean {
    const { evaluation } = this.#options;
    const session = this.#agents.get(node)?.session;
    if (!session?.held) return false;
    return session.held.revision >= evaluation.revision(node) || this.#holdsNewest(node, session.held);
  }

  // What a session says (SessionListener).

  heard(session: AgentSession): void {
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
    return this.#take(session, report.sequence, () => this.#options.evaluation.nodeReported(report));
  }

  podsReported(session: AgentSession, report: PodReport): number | null {
    return this.#take(session, report.sequence, () => this.#options.evaluation.podsReported(session.node, report));
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
    this.#journal.answered('acknowledged', session, held, '');
  }

  refused(session: AgentSession, held: Held | null, detail: string): void {
    this.#options.counters.refusals++;
    this.#options.log.warn({ node: session.node, detail }, 'agent refused assignments');
    this.#journal.answered('refused', session, held, detail);
  }

  failed(session: AgentSession, error: RollcallError): void {
    this.#options.log.warn({ node: session.node, reason: error.reason, detail: error.message }, 'session ended');
    session.end(error);
    this.closed(session, error.message);
  }

  #open(hello: Hello__Output, stream: SessionStream): AgentSession {
    const { clock, evaluation, journal, randomId, log } = this.#options;
    const node = hello.node?.name ?? '';
    checkHello(hello);
    this.#admit(node);
    const record = this.#record(node);
    if (record.session !== null) this.#supersede(record, record.session, hello);
    const identity = {
      sessionId: randomId(),
      node,
      instanceId: hello.instanceId,
      agentVersion: hello.agentVersion,
      startedMs: timeFromWire(hello.startTime),
      protocolVersion: Math.min(hello.protocolVersionMax, PROTOCOL_VERSION.max),
    };
    const isNewest = (claimed: Held) => this.#holdsNewest(node, claimed);
    const held = resume(hello, record, { storeId: journal.storeId, isNewest });
    const { instanceId, sequence } = record.lastReport;
    const lastReportSequence = instanceId === hello.instanceId ? sequence : 0;
    const session = new AgentSession({
      identity,
      stream,
      source: evaluation,
      listener: this,
      clock,
      connectedMs: clock.nowMs(),
      held,
      lastReportSequence,
      durableRevision: () => journal.durableRevision,
    });
    const { agentVersion } = identity;
    Object.assign(record, {
      session,
      isPresent: true,
      lastSeenMs: clock.nowMs(),
      instanceId: hello.instanceId,
      agentVersion,
    });
    this.#leases.start(record, this.#options.leaseMs);
    this.#journal.session('connected', session, record.lastSeenMs, held ? `resumed at revision ${held.revision}` : '');
    log.info({ node, sessionId: identity.sessionId, resumed: held !== null }, 'agent connected');
    const {
      journal: { storeId },
      version,
      leaseMs,
      heartbeatMs,
    } = this.#options;
    const heartbeat = fleetHeartbeatMs({ heartbeatMs, leaseMs, agentCount: this.#agents.size });
    const facts = { storeId, version, leaseMs, heartbeatMs: heartbeat, nowMs: clock.nowMs(), resumed: held !== null };
    session.send({ welcome: welcome(identity, { ...facts, lastReportSequence }) });
    this.nodesChanged([node]);
    return session;
  }

  #admit(node: string): void {
    const { evaluation, random } = this.#options;
    if (this.#isDraining) {
      throw new RollcallError('DRAINING', 'the coordinator stops', { retryAfterMs: limits.DRAIN_WINDOW_MS });
    }
    if (!evaluation.isOnRoll(node)) throw unknownNode(node);
    if (this.#admission.admit()) return;
    const retryAfterMs = limits.ADMISSION_RETRY_MS * (1 + random());
    throw new RollcallError('TOO_MANY_CONNECTS', 'too many agents connect at once', { retryAfterMs });
  }

  #supersede(record: AgentRecord, previous: AgentSession, hello: Hello__Output): void {
    const { leaseMs } = this.#options;
    const detail = takeOver(previous.identity, hello, leaseMs);
    this.#journal.session('superseded', previous, record.lastSeenMs, detail);
    record.session = null;
    this.#outgoing.forget(previous);
    previous.end(superseded(record.node, detail, leaseMs));
  }

  #holdsNewest(node: string, held: Held): boolean {
    return nextUpdate(this.#options.evaluation, node, held) === null;
  }

  #refuse(hello: Hello__Output, stream: SessionStream, error: RollcallError): void {
    const node = (hello.node?.name ?? '').slice(0, limits.DETAIL_LENGTH_MAX);
    this.#options.log.warn({ node, reason: error.reason, detail: error.message }, 'agent refused');
    // A crowd at the door is let in moments later; a row for each would be noise.
    if (error.reason === 'TOO_MANY_CONNECTS' || error.reason === 'DRAINING') return;
    this.#journal.refused(hello, stream.peerAddress, error);
  }

  /** While the journal cannot keep up nothing is taken: the agent keeps its report and is asked again. */
  #take(session: AgentSession, sequence: number, take: () => void): number | null {
    const { journal } = this.#options;
    if (!journal.accepting) {
      this.#outgoing.unheard(session);
      return null;
    }
    take();
    const record = this.#agents.get(session.node);
    if (record) record.lastReport = { instanceId: session.identity.instanceId, sequence };
    this.#outgoing.owes(session);
    return journal.nextRevision - 1;
  }

  #expire(record: AgentRecord): void {
    const { node, session, lastSeenMs } = record;
    record.isPresent = false;
    const detail = `nothing was heard for ${this.#options.leaseMs / 1000} seconds`;
    this.#options.log.warn({ node, lastSeenMs }, 'node is absent');
    this.#journal.absent(record, detail);
    record.session = null;
    session?.end(new RollcallError('LEASE_EXPIRED', detail, { metadata: { node } }));
    this.#options.evaluation.agentAbsent(node);
  }

  #record(node: string): AgentRecord {
    const known = this.#agents.get(node);
    if (known) return known;
    const record = newAgentRecord(node);
    this.#agents.set(node, record);
    return record;
  }
}
