/** Sends one HTTP request to the API server and receives the response headers. Every failure is an ApiServerError. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../clock.ts';
import { goJson } from '../go-json.ts';
import { http } from '../http-module.ts';
import type { ApiServerAccess, ApiServerCredentials } from './access.ts';
import { ApiServerError } from './api-server-error.ts';
import { CONNECTIONS_MAX, IDLE_CONNECTIONS_MAX, TCP_KEEPALIVE_MS } from './limits.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ExchangeRequest {
  readonly method: Method;
  /** Path relative to the URL of the server, for example `/api/v1/nodes`. */
  readonly path: string;
  readonly query: Query;
  readonly body?: object;
  /** The media type of the response; JSON by default. */
  readonly accept?: string;
  /** Timeout for the response headers. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

/** A PATCH is a JSON merge patch (RFC 7396). */
const contentTypeOf = (method: Method) => (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json');

/** Limits of the connections of one client. */
export interface ConnectionLimits {
  readonly max: number;
  /** Idle connections that are kept open. A new one needs a TLS handshake. */
  readonly idleMax: number;
}

const DEFAULT_CONNECTIONS: ConnectionLimits = { max: CONNECTIONS_MAX, idleMax: IDLE_CONNECTIONS_MAX };

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export class Exchange {
  readonly #access: ApiServerAccess;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #isEncrypted: boolean;
  readonly #connections: Agent | HttpsAgent;
  readonly #idleMax: number;

  constructor(access: ApiServerAccess, clock: Clock, userAgent: string, connections = DEFAULT_CONNECTIONS) {
    this.#access = access;
    this.#clock = clock;
    this.#userAgent = userAgent;
    this.#isEncrypted = new URL(access.url).protocol === 'https:';
    this.#idleMax = connections.idleMax;
    const options = {
      keepAlive: true,
      keepAliveMsecs: TCP_KEEPALIVE_MS,
      maxSockets: connections.max,
      maxFreeSockets: connections.idleMax,
      scheduling: 'lifo',
    } as const;
    this.#connections = this.#isEncrypted ? new HttpsAgent(options) : new http.Agent(options);
  }

  /** Returns the response; its body is not read yet. @throws ApiServerError */
  async send(request: ExchangeRequest): Promise<IncomingMessage> {
    const credentials = await this.#credentials();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sendOnce(request, credentials);
      } catch (error) {
        if (!(error instanceof StaleConnectionError) || attempt > this.#idleMax) {
          throw asApiServerError(error, request);
        }
      }
    }
  }

  /** Closes all connections. */
  close(): void {
    this.#connections.destroy();
  }

  async #credentials(): Promise<ApiServerCredentials> {
    try {
      return await this.#access.credentials();
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new ApiServerError('unreachable', `the credentials for the API server cannot be read: ${why}`);
    }
  }

  #sendOnce(request: ExchangeRequest, { authorization, ...tls }: ApiServerCredentials): Promise<IncomingMessage> {
    const { method, query, body, deadlineMs, signal, accept = 'application/json' } = request;
    const url = urlOf(this.#access.url, request.path, query);
    const text = body === undefined ? undefined : goJson(body);
    const options: RequestOptions = {
      method,
      agent: this.#connections,
      headers: {
        accept,
        'user-agent': this.#userAgent,
        ...(authorization !== undefined && { authorization }),
        ...(text !== undefined && { 'content-type': contentTypeOf(method), 'content-length': Buffer.byteLength(text) }),
      },
      ...(signal && { signal }),
      ...(this.#isEncrypted && tls),
    };
    return new Promise((resolve, reject) => {
      const sent = this.#isEncrypted ? httpsRequest(url, options) : http.request(url, options);
      const cancelDeadline = this.#clock.after(deadlineMs, () =>
        sent.destroy(new ApiServerError('stalled', `no response to ${describe(request)} after ${deadlineMs} ms`)),
      );
      sent.once('response', (response) => {
        cancelDeadline();
        resolve(response);
      });
      // `on`, not `once`: the connection can also break after the headers, which the reader of the body detects.
      sent.on('error', (error) => {
        cancelDeadline();
        const isStale = sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET';
        reject(isStale ? new StaleConnectionError(error.message, { cause: error }) : error);
      });
      sent.end(text);
    });
  }
}

/** For example `GET /api/v1/nodes`, for messages. Omits the query, because its tokens are not useful to readers. */
export function describe({ method, path }: Pick<ExchangeRequest, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** Converts the error of a connection to an ApiServerError, unless it already is one. */
export function asApiServerError(error: unknown, request: Pick<ExchangeRequest, 'method' | 'path'>): ApiServerError {
  if (error instanceof ApiServerError) return error;
  const why = error instanceof Error ? reasonOf(error) : String(error);
  return new ApiServerError('unreachable', `${describe(request)} cannot reach the API server: ${why}`);
}

/**
 * The server closed an idle connection just before the request was sent, so it did not receive the request. A retry
 * is safe. Even if the server received the request, all created objects have names, so a second one conflicts.
 */
class StaleConnectionError extends Error {}

function urlOf(base: string, path: string, query: Query): URL {
  const url = new URL(base);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}

/** If a host has several addresses, Node.js throws one AggregateError that contains an error for each address. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one) => reasonOf(one as Error)).join('; ');
  return error.message;
}
