/**
 * One stream with the coordinator, from Hello to its end. It never decides when to connect again, and
 * never guesses: an update that does not fit what is held is refused, and a snapshot follows.
 */
import { status } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import type { AssignmentUpdate__Output } from '../../shared/rpc/generated/rollcall/v1/AssignmentUpdate.ts';
import type { Drain__Output } from '../../shared/rpc/generated/rollcall/v1/Drain.ts';
import type { Hello } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import type { Welcome__Output } from '../../shared/rpc/generated/rollcall/v1/Welcome.ts';
import { durationFromWire, timeToWire } from '../../shared/rpc/wire-time.ts';
import { applyUpdate, type HeldAssignments } from './held-assignments.ts';
import type { Outbox } from './outbox.ts';
import { Reporting } from './reporting.ts';
import type { ConnectRequest, ConnectResponse, OpenStream, Stream } from './stream.ts';
import { type StreamSettings, streamSettingsFromWire } from './stream-settings.ts';

/** A coordinator admits agents one after the other; one that says nothing for this long is not there. */
const WELCOME_TIMEOUT_MS = 15_000;

/** After we said that nothing more comes, the coordinator has nothing left to do but to end the stream. */
const END_TIMEOUT_MS = 2_000;

/** What the conversation asks of the agent around it. */
export interface AgentStreamHost {
  readonly held: HeldAssignments | null;
  /** Keeps assignments; what is kept when it returns is acknowledged. */
  keep(held: HeldAssignments): void;
  /** The assignments in force changed, and that was acknowledged. */
  assignmentsChanged(): void;
  /** The coordinator lacks this agent's reports: put all of them into the outbox again. */
  reportsRequested(): void;
}

export interface AgentStreamOptions {
  readonly openStream: OpenStream;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly host: AgentStreamHost;
  readonly outbox: Outbox;
  readonly hello: Hello;
  /** Those that hold until the coordinator has set its own. */
  readonly settings: StreamSettings;
  /** The coordinator said Welcome. */
  readonly onOpened: (sessionId: string) => void;
  readonly onEnded: (end: AgentStreamEnd) => void;
}

export interface AgentStreamEnd {
  /** `null` for a good end. */
  readonly error: RollcallError | null;
  /** When to come back, where the coordinator asked us to go. */
  readonly drain: { readonly delayMs: number; readonly jitterMs: number } | null;
  readonly settings: StreamSettings;
}

export class AgentStream {
  readonly #options: AgentStreamOptions;
  readonly #stream: Stream;
  readonly #reporting: Reporting;
  #settings: StreamSettings;
  #storeId: string | undefined;
  #drain: AgentStreamEnd['drain'] = null;
  #failure: RollcallError | undefined;
  #unknownMessages = 0;
  #cancelTimeout: () => void;
  #cancelHeartbeat: () => void = () => {};
  #ending = false;

  constructor(options: AgentStreamOptions) {
    const { clock, log, outbox, openStream, hello } = options;
    this.#options = options;
    this.#settings = options.settings;
    this.#reporting = new Reporting({
      clock,
      log,
      outbox,
      send: (message) => this.#send(message),
      settings: () => this.#settings,
      silent: () => this.#fail('the coordinator did not acknowledge a report for a whole lease'),
    });
    this.#stream = openStream({
      received: (message) => this.#received(message),
      ended: (error) => this.#ended(error),
    });
    this.#cancelTimeout = clock.after(WELCOME_TIMEOUT_MS, () => this.#fail('the coordinator did not answer Hello'));
    this.#stream.send({ hello });
  }

  /** Messages that this build does not know, or that came out of turn. They change nothing. */
  get unknownMessageCount(): number {
    return this.#unknownMessages;
  }

  /** The outbox changed. */
  reportsChanged(): void {
    if (this.#storeId !== undefined && !this.#ending) this.#reporting.advance();
  }

  /** Ends the stream in good order. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#silence();
    this.#cancelTimeout = this.#options.clock.after(END_TIMEOUT_MS, () => this.#stream.cancel());
    this.#stream.end();
  }

  #received(message: ConnectResponse): void {
    if (this.#ending) return;
    const { welcome, assignmentUpdate, reportAck, reportRequest, drain, settings } = message;
    if (this.#storeId === undefined) {
      if (welcome) this.#welcome(welcome);
      else this.#unknown(message);
    } else if (assignmentUpdate) this.#update(this.#storeId, assignmentUpdate);
    else if (reportAck) this.#acknowledged(Number(reportAck.reportSequence));
    else if (reportRequest) this.#requested();
    else if (drain) this.#drained(drain);
    else if (settings) this.#applySettings(streamSettingsFromWire(settings));
    else this.#unknown(message);
  }

  #welcome({ sessionId, storeId, settings, lastReportSequence }: Welcome__Output): void {
    const { host, outbox, random } = this.#options;
    this.#cancelTimeout();
    this.#storeId = storeId;
    this.#settings = streamSettingsFromWire(settings);
    const durable = Number(lastReportSequence);
    const forgotten = durable < outbox.acknowledgedSequence;
    outbox.acknowledge(durable);
    this.#options.onOpened(sessionId);
    // Random the first time: agents that came back together shall not speak together for ever.
    this.#heartbeatAfter(random() * this.#settings.heartbeatIntervalMs);
    if (forgotten) host.reportsRequested();
    this.#reporting.advance();
  }

  #requested(): void {
    this.#reporting.forget();
    this.#options.host.reportsRequested();
    this.#reporting.advance();
  }

  #update(storeId: string, update: AssignmentUpdate__Output): void {
    const { host, log } = this.#options;
    const outcome = applyUpdate(host.held, storeId, update);
    const { sequence } = update;
    if ('refusal' in outcome) {
      const { refusal: message } = outcome;
      log.warn({ revision: Number(update.revision) }, `refused an update: ${message}`);
      const appliedRevision = String(host.held?.revision ?? 0);
      this.#send({
        assignmentAck: { sequence, appliedRevision, error: { code: status.FAILED_PRECONDITION, message } },
      });
      return;
    }
    host.keep(outcome.held);
    // Only now: what is acknowledged is also found after a restart of this agent.
    this.#send({ assignmentAck: { sequence, appliedRevision: String(outcome.held.revision) } });
    host.assignmentsChanged();
  }

  #acknowledged(sequence: number): void {
    this.#options.outbox.acknowledge(sequence);
    this.#reporting.advance();
  }

  #drained({ reason, backoff }: Drain__Output): void {
    this.#drain = { delayMs: durationFromWire(backoff?.delay), jitterMs: durationFromWire(backoff?.jitter) };
    this.#options.log.info({ ...this.#drain }, `the coordinator asks to come back later: ${reason}`);
    this.end();
  }

  #applySettings(settings: StreamSettings): void {
    this.#settings = settings;
    this.#heartbeatAfter(settings.heartbeatIntervalMs);
    this.#reporting.advance();
  }

  #unknown({ message }: ConnectResponse): void {
    this.#unknownMessages++;
    const what = message ?? 'of a kind that this agent does not know';
    this.#options.log.debug({ count: this.#unknownMessages }, `ignored a message out of turn: ${what}`);
  }

  #send(message: ConnectRequest): void {
    this.#stream.send(message);
    this.#heartbeatAfter(this.#settings.heartbeatIntervalMs);
  }

  /** Any message renews the lease, so the heartbeat starts over with each. */
  #heartbeatAfter(delayMs: number): void {
    const { clock } = this.#options;
    this.#cancelHeartbeat();
    this.#cancelHeartbeat = clock.after(delayMs, () =>
      this.#send({ heartbeat: { sendTime: timeToWire(clock.nowMs()) } }),
    );
  }

  #fail(why: string): void {
    this.#failure = new RollcallError('COORDINATOR_UNREACHABLE', why);
    this.#stream.cancel();
  }

  #ended(error: RollcallError | null): void {
    this.#silence();
    this.#options.onEnded({ error: this.#failure ?? error, drain: this.#drain, settings: this.#settings });
  }

  #silence(): void {
    this.#cancelTimeout();
    this.#cancelHeartbeat();
    this.#reporting.close();
  }
}
