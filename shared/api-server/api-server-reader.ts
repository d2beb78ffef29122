/** Reads from the API server: one object, one page of a list, or a watch. It cannot write. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import type { ApiServerAccess } from './access.ts';
import { ApiServerError, errorOfAnswer } from './api-server-error.ts';
import {
  asApiServerError,
  type ConnectionLimits,
  describe,
  Exchange,
  type ExchangeRequest,
  type Query,
} from './exchange.ts';
import {
  ANSWER_BYTES_MAX,
  ANSWER_DEADLINE_MS,
  EVENT_CHARACTERS_MAX,
  RETRY_AFTER_MS_MAX,
  WATCH_OPEN_DEADLINE_MS,
} from './limits.ts';
import { LineSplitter } from './line-splitter.ts';
import { readWatchEvent, type WatchEvent } from './watch-event.ts';

export interface ApiServerOptions {
  readonly access: ApiServerAccess;
  readonly clock: Clock;
  /** The User-Agent header, which the audit log of the API server contains, for example `rollcall-agent/0.1.0`. */
  readonly userAgent: string;
  /** Few connections by default. */
  readonly connections?: ConnectionLimits;
}

export interface WatchOptions {
  /** The watch fails as `stalled` after this time without data. */
  readonly silenceMs: number;
  /** The watch fails as `stalled` after this time, even if it receives data. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

type Request = Pick<ExchangeRequest, 'method' | 'path' | 'query' | 'body' | 'accept' | 'signal'>;

export class ApiServerReader {
  /** The address of the API server, for messages. */
  readonly url: string;
  readonly #clock: Clock;
  readonly #exchange: Exchange;

  constructor({ access, clock, userAgent, connections }: ApiServerOptions) {
    this.url = access.url;
    this.#clock = clock;
    this.#exchange = new Exchange(access, clock, userAgent, connections);
  }

  /** Reads one object or one page of a list. @throws ApiServerError */
  get(path: string, query: Query = {}, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.ask({ method: 'GET', path, query, ...(signal && { signal }) });
  }

  /** Opens a watch. If it breaks later, the iteration throws an ApiServerError. @throws ApiServerError */
  async watch(path: string, query: Query, options: WatchOptions): Promise<AsyncIterable<WatchEvent>> {
    const { signal } = options;
    const request = { method: 'GET', path, query: { ...query, watch: true }, signal } as const;
    const response = await this.#exchange.send({ ...request, deadlineMs: WATCH_OPEN_DEADLINE_MS });
    if (response.statusCode !== 200) throw await this.#refusal(response, request);
    return this.#events(response, request, options);
  }

  /** Closes all connections. */
  close(): void {
    this.#exchange.close();
  }

  /** Sends a request and reads the complete response. @throws ApiServerError */
  protected async ask(request: Request): Promise<Record<string, unknown>> {
    const response = await this.#exchange.send({ ...request, deadlineMs: ANSWER_DEADLINE_MS });
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) throw await this.#refusal(response, request);
    const body = await this.#body(response, request);
    if (isObject(body)) return body;
    throw new ApiServerError('garbled', `${describe(request)} returned something that is not an object`);
  }

  async #refusal(response: IncomingMessage, request: Request): Promise<ApiServerError> {
    const { statusCode: status = 0 } = response;
    const retryAfterMs = retryAfterOf(response);
    return errorOfAnswer(describe(request), { status, body: await this.#body(response, request), retryAfterMs });
  }

  /** The parsed body, or its text if it is not JSON. */
  async #body(response: IncomingMessage, request: Request): Promise<unknown> {
    const cancelDeadline = this.#clock.after(ANSWER_DEADLINE_MS, () => response.destroy(stalled(request)));
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) throw tooLarge(request);
        chunks.push(chunk);
      }
    } catch (error) {
      throw asApiServerError(error, request);
    } finally {
      cancelDeadline();
    }
    return parsed(Buffer.concat(chunks).toString('utf8'));
  }

  async *#events(
    response: IncomingMessage,
    request: Request,
    { silenceMs, deadlineMs }: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    // Also decodes characters that are split between two chunks.
    response.setEncoding('utf8');
    const abort = (): void => void response.destroy(stalled(request));
    const cancelDeadline = this.#clock.after(deadlineMs, abort);
    let cancelSilence = this.#clock.after(silenceMs, abort);
    const splitter = new LineSplitter(EVENT_CHARACTERS_MAX);
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        cancelSilence();
        cancelSilence = this.#clock.after(silenceMs, abort);
        for (const line of splitter.push(chunk)) if (line !== '') yield readWatchEvent(line);
        if (splitter.isTooLong) throw tooLarge(request);
      }
    } catch (error) {
      throw asApiServerError(error, request);
    } finally {
      cancelDeadline();
      cancelSilence();
    }
  }
}

function stalled(request: Request): ApiServerError {
  return new ApiServerError('stalled', `the response to ${describe(request)} was not complete in time`);
}

function tooLarge(request: Request): ApiServerError {
  return new ApiServerError('garbled', `the response to ${describe(request)} exceeds the size limit`);
}

/** In milliseconds. API servers send Retry-After in seconds, never as a date. */
function retryAfterOf({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after'] ?? '');
  return seconds > 0 ? Math.min(seconds * 1000, RETRY_AFTER_MS_MAX) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
