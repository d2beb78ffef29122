/**
 * One stream to the coordinator, from Hello to its end. It does not reconnect; that is the task of the session. It refuses
 * an update that does not apply to the current assignments, and the coordinator then sends a snapshot.
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

/** Maximum time to wait for Welcome. The coordinator limits the rate at which it admits agents. */
const WELCOME_TIMEOUT_MS = 15_000;

/** Maximum time to wait for the coordinator to end the stream after the agent closed its side. */
const END_TIMEOUT_MS = 2_000;

/** The agent's interface for its stream. */
export interface AgentStreamHost {
  readonly held: HeldAssignments | null;
  /** Persists the assignments. They are acknowledged when it returns. */
  keep(held: HeldAssignments): void;
  /** The assignments changed and were acknowledged. */
  assignmentsChanged(): void;
  /** The coordinator requests all reports: put them into the outbox again. */
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
  /** The settings until the coordinator sends its own. */
  readonly settings: StreamSettings;
  /** The coordinator sent Welcome. */
  readonly onOpened: (sessionId: string) => void;
  readonly onEnded: (end: AgentStreamEnd) => void;
}

export interface AgentStreamEnd {
  /** `null` if the stream ended normally. */
  readonly error: RollcallError | null;
  /** Delay before reconnecting, if the coordinator requested it. */
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
      timedOut: () => this.#fail('the coordinator did not acknowledge a report within the lease duration'),
    });
    this.#stream = openStream({
      received: (message) => this.#received(message),
      ended: (error) => this.#ended(error),
    });
    this.#cancelTimeout = clock.after(WELCOME_TIMEOUT_MS, () => this.#fail('the coordinator did not respond to Hello'));
    this.#stream.send({ hello });
  }

  /** Number of ignored messages: of unknown kinds or in the wrong order. */
  get unknownMessageCount(): number {
    return this.#unknownMessages;
  }

  /** The outbox changed. */
  reportsChanged(): void {
    if (this.#storeId !== undefined && !this.#ending) this.#reporting.advance();
  }

  /** Closes the stream gracefully. */
  end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#cancelTimers();
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
    // The first heartbeat is random, so that agents that reconnect together do not stay synchronized.
    this.#heartbeatAfter(random() * this.#settings.heartbeatIntervalMs);
    if (forgotten) host.reportsRequested();
    this.#reporting.advance();
  }

  #requested(): void {
    this.#reporting.reset();
    this.#options.host.reportsRequested();
    this.#reporting.advance();
  }

  #update(storeId: string, update: AssignmentUpdate__Output): void {
    const { host, log } = this.#options;
    const outcome = applyUpdate(host.held, storeId, update);
    const { sequence } = update;
    if ('refusal' in outcome) {
      const { refusal: message } = outcome;
      log.warn({ revision: Number(update.revision) }, `refused an assignment update: ${message}`);
      const appliedRevision = String(host.held?.revision ?? 0);
      this.#send({
        assignmentAck: { sequence, appliedRevision, error: { code: status.FAILED_PRECONDITION, message } },
      });
      return;
    }
    host.keep(outcome.held);
    // After persisting, so that acknowledged assignments survive a restart of the agent.
    this.#send({ assignmentAck: { sequence, appliedRevision: String(outcome.held.revision) } });
    host.assignmentsChanged();
  }

  #acknowledged(sequence: number): void {
    this.#options.outbox.acknowledge(sequence);
    this.#reporting.advance();
  }

  #drained({ reason, backoff }: Drain__Output): void {
    this.#drain = { delayMs: durationFromWire(backoff?.delay), jitterMs: durationFromWire(backoff?.jitter) };
    this.#options.log.info({ ...this.#drain }, `the coordinator requested a reconnect: ${reason}`);
    this.end();
  }

  #applySettings(settings: StreamSettings): void {
    this.#settings = settings;
    this.#heartbeatAfter(settings.heartbeatIntervalMs);
    this.#reporting.advance();
  }

  #unknown({ message }: ConnectResponse): void {
    this.#unknownMessages++;
    const what = message ?? 'unknown kind';
    this.#options.log.debug({ count: this.#unknownMessages }, `ignored an unexpected message: ${what}`);
  }

  #send(message: ConnectRequest): void {
    this.#stream.send(message);
    this.#heartbeatAfter(this.#settings.heartbeatIntervalMs);
  }

  /** Each message renews the lease and restarts the heartbeat timer. */
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
    this.#cancelTimers();
    this.#options.onEnded({ error: this.#failure ?? error, drain: this.#drain, settings: this.#settings });
  }

  #cancelTimers(): void {
    this.#cancelTimeout();
    this.#cancelHeartbeat();
    this.#reporting.close();
  }
}
