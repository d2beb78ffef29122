/** Makes calls to a coordinator: unary, page after page, and streams. Every failure becomes one expected error. */
import { type ClientReadableStream, type ClientUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { ChannelSecurity } from '../../shared/rpc/channel-security.ts';
import { fromServiceError } from '../../shared/rpc/status.ts';
import { unreachableWords } from '../../shared/rpc/unreachable.ts';
import { durationText } from '../output/time.ts';

/** The largest page that a coordinator gives: fewer round trips, and far below the size of a message. */
const PAGE_SIZE = 1000;

export interface Connection {
  /** `host:port`. */
  readonly server: string;
  /** For each call, and each page of a list. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** How the connection is protected, and who asks. */
  readonly security: ChannelSecurity;
  /** What stands in the way to the coordinator, one sentence, where more of that is known than gRPC can say. */
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

  /** Whether a call was answered with more than a failure. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /** @throws RollcallError, also where no answer comes in time */
  unary<Answer>(start: (callback: Callback<Answer>) => ClientUnaryCall): Promise<Answer> {
    const { clock, requestTimeoutMs, server } = this.#connection;
    return new Promise((resolve, reject) => {
      const call = start((error, answer) => {
        stopWaiting();
        if (error !== null || answer === undefined) return reject(this.#expected(error));
        this.#hasAnswered = true;
        resolve(answer);
      });
      const stopWaiting = clock.after(requestTimeoutMs, () => {
        const message = `${server} did not answer within ${timeoutText(requestTimeoutMs)}; see --request-timeout`;
        reject(this.#unreachable(message));
        call.cancel();
      });
    });
  }

  /** The pages of a list, until the last one, or until they hold `limit` items. */
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

  /** Messages as they come, until the stream breaks (an error is thrown) or `signal` fires (it ends). */
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
      if (!signal.aborted) throw this.#expected(error as ServiceError);
    } finally {
      signal.removeEventListener('abort', cancel);
      stream.cancel();
    }
  }

  #expected(error: ServiceError | null): RollcallError {
    const { server } = this.#connection;
    if (error === null) return new RollcallError('INTERNAL', `${server} answered nothing at all`);
    const known = fromServiceError(error, 'INTERNAL');
    // A coordinator that gives its reason was reached, whatever the status.
    if (known.reason !== 'INTERNAL') return known;
    switch (error.code) {
      case status.UNAVAILABLE:
        return this.#unreachable(unreachableWords(server, error.details, adviceToUser));
      case status.UNIMPLEMENTED:
        return new RollcallError(
          'PROTOCOL_UNSUPPORTED',
          `${server} does not answer this question: it is no coordinator, or an older one`,
        );
      case status.RESOURCE_EXHAUSTED:
        return new RollcallError(
          'ARGUMENT_INVALID',
          `the question or its answer is too large for one message: ${error.details}`,
        );
      default:
        return new RollcallError('INTERNAL', `${server} failed: ${error.details}`);
    }
  }

  #unreachable(message: string): RollcallError {
    return new RollcallError('COORDINATOR_UNREACHABLE', this.#connection.problem?.() ?? message);
  }
}

const adviceToUser = () => '; start one, or name another with --server';

function timeoutText(ms: number): string {
  return ms % 1000 === 0 ? durationText(ms) : `${ms}ms`;
}
