/**
 * The agent service: connects gRPC streams to sessions. Every message of a peer leads to a session or to a status;
 * no message can throw an exception out of this module.
 */
import type { ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { REPORT_BYTES_MAX } from '../../shared/rpc/channel-options.ts';
import { AgentService } from '../../shared/rpc/contract.ts';
import type { ConnectRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ConnectRequest.ts';
import type { ConnectResponse } from '../../shared/rpc/generated/rollcall/v1/ConnectResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import type { AuthInterceptor } from '../identity/auth-interceptor.ts';
import type { Caller } from '../identity/caller.ts';
import type { RefusalCounter } from '../identity/refusal-counter.ts';
import {
  CREDENTIAL_GRACE_MS,
  EXPIRED_RETRY_MS,
  EXPIRY_CHECK_INTERVAL_MS_MAX,
  HELLO_TIMEOUT_MS,
  UNREAD_MESSAGES_MAX,
} from '../limits.ts';
import { toCallError } from '../rpc/call-error.ts';
import type { AgentSession, SessionStream } from './agent-session.ts';
import type { AgentSessions } from './agent-sessions.ts';

type ConnectCall = ServerDuplexStream<ConnectRequest__Output, ConnectResponse>;

export interface ConnectDependencies {
  readonly sessions: Pick<AgentSessions, 'open' | 'closed'>;
  readonly credentials: Pick<AuthInterceptor, 'callerOf' | 'renew'>;
  readonly refusals: Pick<RefusalCounter, 'count'>;
  readonly clock: Pick<Clock, 'nowMs' | 'after'>;
  readonly log: Logger;
}

export function connect(call: ConnectCall, dependencies: ConnectDependencies): void {
  new ConnectStream(dependencies, call).start();
}

/**
 * The service definition with a deserializer that never throws. With the default one, gRPC answers an invalid message
 * with an internal error without details.
 */
export function agentServiceDefinition(): ServiceDefinition {
  const { Connect } = AgentService.service;
  return { Connect: { ...Connect, requestDeserialize: (bytes: Buffer) => read(bytes, Connect.requestDeserialize) } };
}

/** Replaces a message that cannot be deserialized. */
class UnreadableMessage {
  readonly error: RollcallError;
  constructor(error: RollcallError) {
    this.error = error;
  }
}

function read<Message>(bytes: Buffer, deserialize: (bytes: Buffer) => Message): Message | UnreadableMessage {
  if (bytes.length > REPORT_BYTES_MAX) {
    const said = `the message has ${bytes.length} bytes; the maximum is ${REPORT_BYTES_MAX}`;
    return new UnreadableMessage(new RollcallError('REPORT_TOO_LARGE', said));
  }
  try {
    return deserialize(bytes);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return new UnreadableMessage(
      new RollcallError('MESSAGE_INVALID', `the message is not a valid ConnectRequest: ${why}`),
    );
  }
}

class ConnectStream implements SessionStream {
  readonly peerAddress: string;
  caller: Caller;
  readonly #dependencies: ConnectDependencies;
  readonly #call: ConnectCall;
  #session: AgentSession | null = null;
  #cancelHelloTimer: () => void = () => {};
  #cancelExpiryTimer: () => void = () => {};
  #isOpen = true;
  #isRenewing = false;

  constructor(dependencies: ConnectDependencies, call: ConnectCall) {
    this.#dependencies = dependencies;
    this.#call = call;
    this.peerAddress = call.getPeer();
    this.caller = dependencies.credentials.callerOf(call.metadata);
  }

  start(): void {
    const late = `the agent did not send Hello within ${HELLO_TIMEOUT_MS / 1000} seconds`;
    this.#cancelHelloTimer = this.#dependencies.clock.after(HELLO_TIMEOUT_MS, () =>
      this.#fail(new RollcallError('HELLO_EXPECTED', late)),
    );
    this.#endWithCredentials();
    this.#call.on('data', (message: ConnectRequest__Output | UnreadableMessage) =>
      this.#guarded(() => this.#receive(message)),
    );
    this.#call.on('end', () => this.#disconnected('the agent closed the stream'));
    // gRPC reports a dead peer with `cancelled` and `close`, not with `error` (grpc-node#2385).
    this.#call.on('cancelled', () => this.#disconnected('the connection was lost'));
    this.#call.on('close', () => this.#disconnected('the connection closed'));
    this.#call.on('error', () => this.#disconnected('the connection failed'));
  }

  send(message: ConnectResponse): void {
    if (!this.#isOpen) return;
    if (this.#call.writableLength < UNREAD_MESSAGES_MAX) this.#call.write(message);
    else
      this.#fail(
        new RollcallError('ACK_TIMEOUT', `the agent does not read: ${UNREAD_MESSAGES_MAX} messages are waiting`),
      );
  }

  end(error?: unknown): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelHelloTimer();
    this.#cancelExpiryTimer();
    if (error === undefined) {
      this.#call.end();
      return;
    }
    if (error instanceof RollcallError) this.#dependencies.refusals.count(error);
    // Ends the stream with a status. `end` would end it with OK.
    this.#call.emit('error', toStatus(error));
  }

  /** Closes the stream when the credentials expire, for example after the agent's pod was deleted. */
  #endWithCredentials(): void {
    const { clock } = this.#dependencies;
    const { expiresMs } = this.caller;
    if (expiresMs === null) return;
    const leftMs = expiresMs + CREDENTIAL_GRACE_MS - clock.nowMs();
    // A timer cannot run for months.
    this.#cancelExpiryTimer = clock.after(Math.min(leftMs, EXPIRY_CHECK_INTERVAL_MS_MAX), () => {
      if (leftMs > EXPIRY_CHECK_INTERVAL_MS_MAX) return this.#endWithCredentials();
      const said = 'the credentials of the agent expired; the agent reconnects with new ones';
      this.#fail(new RollcallError('CREDENTIALS_EXPIRED', said, { retryAfterMs: EXPIRED_RETRY_MS }));
    });
  }

  #renew(token: string): void {
    // One renewal at a time, because each one needs a TokenReview.
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    this.#dependencies.credentials
      .renew(token, this.caller, this.peerAddress)
      .then(
        (caller) => {
          this.caller = caller;
          this.#cancelExpiryTimer();
          if (this.#isOpen) this.#endWithCredentials();
        },
        (error: unknown) => {
          // The previous credentials remain valid until they expire.
          const isUnknown = error instanceof RollcallError && error.reason === 'IDENTITY_UNKNOWN';
          if (!isUnknown) this.#fail(toCallError(error, this.#dependencies.log, this.#call.getPath()));
        },
      )
      .finally(() => {
        this.#isRenewing = false;
      });
  }

  #receive(message: ConnectRequest__Output | UnreadableMessage): void {
    if (!this.#isOpen) return;
    if (message instanceof UnreadableMessage) throw message.error;
    if (message.message === 'renewal') return this.#renew(message.renewal?.token ?? '');
    if (this.#session !== null) return this.#session.receive(message);
    this.#cancelHelloTimer();
    if (message.message !== 'hello' || !message.hello) {
      throw new RollcallError('HELLO_EXPECTED', `the first message is ${message.message ?? 'empty'}; it must be hello`);
    }
    this.#session = this.#dependencies.sessions.open(message.hello, this);
  }

  #guarded(take: () => void): void {
    try {
      take();
    } catch (error) {
      this.#fail(toCallError(error, this.#dependencies.log, this.#call.getPath()));
    }
  }

  #fail(error: unknown): void {
    this.#endSession(toStatus(error).details);
    this.end(error);
  }

  /** The peer disconnected or sends no more messages. */
  #disconnected(detail: string): void {
    this.#endSession(detail);
    this.end();
  }

  /** Reports the end of the session exactly once. */
  #endSession(detail: string): void {
    const session = this.#session;
    this.#session = null;
    if (session !== null) this.#dependencies.sessions.closed(session, detail);
  }
}
