/**
 * The agent's session with the coordinator: opens a new stream when the previous one ended. Reports that cannot be sent
 * wait in the outbox.
 */
import { Backoff } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import type { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { PROTOCOL_VERSION } from '../../shared/rpc/contract.ts';
import type { Hello } from '../../shared/rpc/generated/rollcall/v1/Hello.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { AgentStream, type AgentStreamEnd, type AgentStreamHost } from './agent-stream.ts';
import type { Outbox } from './outbox.ts';
import { isRefusal, pauseMs, RECONNECT_DELAYS } from './pause.ts';
import type { OpenStream } from './stream.ts';
import { DEFAULT_STREAM_SETTINGS } from './stream-settings.ts';

/** Interval at which a persistent problem is logged again. */
const REPEAT_WARNING_MS = 5 * 60_000;

/** The identity of the agent for all its streams. */
export interface AgentIdentity {
  readonly node: { readonly name: string; readonly uid: string };
  /** Random identifier of the process. */
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly startMs: number;
}

export interface SessionOptions {
  readonly openStream: OpenStream;
  readonly clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly log: Logger;
  readonly identity: AgentIdentity;
  readonly host: AgentStreamHost;
  readonly outbox: Outbox;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #backoff: Backoff;
  #agentStream: AgentStream | undefined;
  /** The settings of the last stream. They apply to reconnecting while the coordinator is unavailable. */
  #settings = DEFAULT_STREAM_SETTINGS;
  #cancelReconnect: () => void = () => {};
  #lastWarning: { readonly reason: string; readonly atMs: number } | undefined;
  #stopped: (() => void) | undefined;
  #isConnected = false;
  #everConnected = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random, RECONNECT_DELAYS);
  }

  start(): void {
    this.#connect();
  }

  /** Whether the stream is open. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Whether a stream was ever open. */
  get everConnected(): boolean {
    return this.#everConnected;
  }

  /** The outbox changed. */
  reportsChanged(): void {
    this.#agentStream?.reportsChanged();
  }

  /** Closes the stream gracefully. Resolves when it ended. */
  stop(): Promise<void> {
    this.#cancelReconnect();
    return new Promise((resolve) => {
      this.#stopped = resolve;
      if (this.#agentStream === undefined) resolve();
      else this.#agentStream.end();
    });
  }

  #connect(): void {
    const { openStream, clock, random, log, host, outbox } = this.#options;
    this.#agentStream = new AgentStream({
      openStream,
      clock,
      random,
      log,
      host,
      outbox,
      hello: this.#hello(),
      settings: this.#settings,
      onOpened: (sessionId) => this.#opened(sessionId),
      onEnded: (end) => this.#ended(end),
    });
  }

  #hello(): Hello {
    const { identity, host } = this.#options;
    const { node, instanceId, agentVersion, startMs } = identity;
    const { held } = host;
    return {
      node,
      instanceId,
      agentVersion,
      minProtocolVersion: PROTOCOL_VERSION.min,
      maxProtocolVersion: PROTOCOL_VERSION.max,
      startTime: timeToWire(startMs),
      cursor: held && { storeId: held.storeId, revision: String(held.revision), digest: held.digest },
    };
  }

  #opened(sessionId: string): void {
    this.#isConnected = true;
    this.#everConnected = true;
    this.#backoff.opened();
    this.#lastWarning = undefined;
    this.#options.log.info({ sessionId }, 'connected to the coordinator');
  }

  #ended(end: AgentStreamEnd): void {
    const { clock, log, random } = this.#options;
    this.#agentStream = undefined;
    this.#settings = end.settings;
    this.#isConnected = false;
    if (this.#stopped !== undefined) {
      this.#stopped();
      return;
    }
    const delayMs = Math.round(pauseMs(end, this.#backoff, random));
    if (end.error === null || end.drain !== null) log.info({ delayMs }, 'the stream ended; reconnecting');
    else this.#logFailure(end.error, delayMs);
    this.#cancelReconnect = clock.after(delayMs, () => this.#connect());
  }

  #logFailure(error: RollcallError, delayMs: number): void {
    const { clock, log } = this.#options;
    const { reason } = error;
    const isNew = this.#lastWarning?.reason !== reason || clock.nowMs() - this.#lastWarning.atMs >= REPEAT_WARNING_MS;
    if (isNew) this.#lastWarning = { reason, atMs: clock.nowMs() };
    const level = !isNew ? 'debug' : isRefusal(error) ? 'error' : 'warn';
    log[level]({ reason, delayMs }, `cannot connect to the coordinator: ${error.message}`);
  }
}
