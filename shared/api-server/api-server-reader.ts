/** Reads from the API server: one object, one page of a list, a watch. It has no way to write. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import type { ApiServerAccess } from './access.ts';
import { ApiServerError, errorOfAnswer } from './api-server-error.ts';
import { asApiServerError, describe, Exchange, type ExchangeRequest, type Query } from './exchange.ts';
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
  /** How this program calls itself to the API server, for its audit log: `rollcall-agent/0.1.0`. */
  readonly userAgent: string;
}

export interface WatchOptions {
  /** After how long without a byte the watch is taken for dead. */
  readonly silenceMs: number;
  /** After how long it ends in any case. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

type Answered = Pick<ExchangeRequest, 'method' | 'path' | 'query' | 'body' | 'signal'>;

export class ApiServerReader {
  /** The API server's address, for people. */
  readonly url: string;
  readonly #clock: Clock;
  readonly #exchange: Exchange;

  constructor({ access, clock, userAgent }: ApiServerOptions) {
    this.url = access.url;
    this.#clock = clock;
    this.#exchange = new Exchange(access, clock, userAgent);
  }

  /** One object, or one page of a list. @throws ApiServerError */
  get(path: string, query: Query = {}, signal?: AbortSignal): Promise<Record<string, unknown>> {
    return this.ask({ method: 'GET', path, query, ...(signal && { signal }) });
  }

  /** Opens a watch; what breaks it later is thrown to whoever reads it. @throws ApiServerError */
  async watch(path: string, query: Query, options: WatchOptions): Promise<AsyncIterable<WatchEvent>> {
    const { signal } = options;
    const request = { method: 'GET', path, query: { ...query, watch: true }, signal } as const;
    const response = await this.#exchange.send({ ...request, deadlineMs: WATCH_OPEN_DEADLINE_MS });
    if (response.statusCode !== 200) throw await this.#refusal(response, request);
    return this.#events(response, request, options);
  }

  /** Ends all connections. */
  close(): void {
    this.#exchange.close();
  }

  /** Sends a request and reads its whole answer. @throws ApiServerError */
  protected async ask(request: Answered): Promise<Record<string, unknown>> {
    const response = await this.#exchange.send({ ...request, deadlineMs: ANSWER_DEADLINE_MS });
    const { statusCode = 0 } = response;
    if (statusCode < 200 || statusCode > 299) throw await this.#refusal(response, request);
    const body = await this.#body(response, request);
    if (isObject(body)) return body;
    throw new ApiServerError('garbled', `${describe(request)} returned something that is not an object`);
  }

  async #refusal(response: IncomingMessage, request: Answered): Promise<ApiServerError> {
    const { statusCode: status = 0 } = response;
    const retryAfterMs = retryAfterOf(response);
    return errorOfAnswer(describe(request), { status, body: await this.#body(response, request), retryAfterMs });
  }

  /** The parsed body, or its text where it is no JSON. */
  async #body(response: IncomingMessage, request: Answered): Promise<unknown> {
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
    request: Answered,
    { silenceMs, deadlineMs }: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    // Decodes what is cut in the middle of a character, too.
    response.setEncoding('utf8');
    const give = (): void => void response.destroy(stalled(request));
    const cancelDeadline = this.#clock.after(deadlineMs, give);
    let cancelSilence = this.#clock.after(silenceMs, give);
    const splitter = new LineSplitter(EVENT_CHARACTERS_MAX);
    try {
      for await (const chunk of response as AsyncIterable<string>) {
        cancelSilence();
        cancelSilence = this.#clock.after(silenceMs, give);
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

function stalled(request: Answered): ApiServerError {
  return new ApiServerError('stalled', `the answer to ${describe(request)} was interrupted`);
}

function tooLarge(request: Answered): ApiServerError {
  return new ApiServerError('garbled', `the answer to ${describe(request)} exceeds the size limit`);
}

/** In seconds, as API servers write it; dates are for browsers. */
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
