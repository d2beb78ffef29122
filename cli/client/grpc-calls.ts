/** Makes unary, paged and streaming calls to a coordinator, and maps each failure to a RollcallError. */
import { type ClientReadableStream, type ClientUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { ChannelSecurity } from '../../shared/rpc/channel-security.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { unreachableWords } from '../../shared/rpc/unreachable.ts';
import { durationText } from '../output/time.ts';

/** The maximum page size of a coordinator, which keeps round trips few and messages small. */
const PAGE_SIZE = 1000;

export interface Connection {
  /** `host:port`. */
  readonly server: string;
  /** For each call and for each page of a list. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** TLS and credentials of the connection. */
  readonly security: ChannelSecurity;
  /** Explains in one sentence why the coordinator cannot be reached, if more is known than gRPC reports. */
  readonly problem?: () => string | null;
}

export interface Page {
  readonly pageSize: number;
  readonly pageToken: string;
}

type Callback<Answer> = (error: ServiceError | null, answer?: Answer) => void;

export class GrpcCalls {
  readonly #connection: Connection;
  #hasAnswered = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Whether a call has succeeded. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** @throws RollcallError, including for a timeout */
  unary<Answer>(start: (callback: Callback<Answer>) => ClientUnaryCall): Promise<Answer> {
    const { clock, requestTimeoutMs, server } = this.#connection;
    return new Promise((resolve, reject) => {
      const call = start((error, answer) => {
        stopWaiting();
        if (error !== null || answer === undefined) return reject(this.#toRollcallError(error));
        this.#hasAnswered = true;
        resolve(answer);
      });
      const stopWaiting = clock.after(requestTimeoutMs, () => {
        const message = `${server} did not respond within ${timeoutText(requestTimeoutMs)}; increase --request-timeout to wait longer`;
        reject(this.#unreachable(message));
        call.cancel();
      });
    });
  }

  /** Yields the pages of a list until the last page or until `limit` items. */
  async *pages<Answer extends { nextPageToken: string }, Item>(
    ask: (page: Page, callback: Callback<Answer>) => ClientUnaryCall,
    itemsOf: (answer: Answer) => readonly Item[],
    limit = Number.POSITIVE_INFINITY,
  ): AsyncGenerator<{ readonly answer: Answer; readonly items: readonly Item[] }> {
    let pageToken = '';
    let left = limit;
    do {
      const page = { pageSize: Math.min(PAGE_SIZE, left), pageToken };
      const answer = await this.unary<Answer>((callback) => ask(page, callback));
      const items = itemsOf(answer);
      yield { answer, items };
      left -= items.length;
      pageToken = answer.nextPageToken;
    } while (pageToken !== '' && left > 0);
  }

  /** Yields messages until `signal` aborts. @throws RollcallError when the stream breaks */
  async *stream<Message>(
    start: () => ClientReadableStream<Message>,
    signal: AbortSignal,
  ): AsyncGenerator<Message, undefined> {
    if (signal.aborted) return;
    const stream = start();
    const cancel = () => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      for await (const message of stream) yield message as Message;
    } catch (error) {
      if (!signal.aborted) throw this.#toRollcallError(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  #toRollcallError(error: ServiceError | null): RollcallError {
    const { server } = this.#connection;
    if (error === null) return new RollcallError('INTERNAL', `${server} sent an empty response`);
    const known = fromServiceError(error, 'INTERNAL');
    // A reason comes from a coordinator, so the server was reached whatever the status is.
    if (known.reason !== 'INTERNAL') return known;
    switch (error.code) {
      case status.UNAVAILABLE:
        return this.#unreachable(unreachableWords(server, error.details, adviceToUser));
      case status.UNIMPLEMENTED:
        return new RollcallError(
          'PROTOCOL_UNSUPPORTED',
          `${server} does not support this request; it is not a coordinator, or it is an older version`,
        );
      case status.RESOURCE_EXHAUSTED:
        return new RollcallError(
          'ARGUMENT_INVALID',
          `the request or the response exceeds the maximum message size: ${error.details}`,
        );
      default:
        return new RollcallError('INTERNAL', `${server} failed: ${error.details}`);
    }
  }

  #unreachable(message: string): RollcallError {
    return new RollcallError('COORDINATOR_UNREACHABLE', this.#connection.problem?.() ?? message);
  }
}

const adviceToUser = () => '; start a coordinator, or specify its address with --server';

function timeoutText(ms: number): string {
  return ms % 1000 === 0 ? durationText(ms) : `${ms}ms`;
}
