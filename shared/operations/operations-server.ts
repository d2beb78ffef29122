/**
 * The operations port: `/livez`, `/readyz` and `/metrics` over plain HTTP, which every probe and scraper supports. It
 * reveals no node names and accepts no commands.
 */
import type { RequestListener, Server, ServerResponse } from 'node:http';
import { RollcallError } from '../errors.ts';
import { http } from '../http-module.ts';
import type { Logger } from '../logging.ts';
import { type Address, formatAddress } from '../settings/address.ts';
import { CONNECTIONS_MAX, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { Readiness } from './readiness.ts';

/** The setting of this port, for the settings table of each program. */
export const operationsSettings = {
  operationsListen: {
    type: 'address',
    help: 'address that serves /livez, /readyz and /metrics over plain HTTP, for example 0.0.0.0:7656; not served if unset',
  },
} as const;

export interface OperationsOptions {
  readonly listen: Address;
  readonly readiness: Readiness;
  readonly metrics: MetricRegistry;
  readonly log: Logger;
}

export interface OperationsServer {
  /** The port in use, also if the setting is port 0. */
  readonly port: number;
  stop(): Promise<void>;
}

/** @throws RollcallError ARGUMENT_INVALID if the server cannot listen on the address. */
export async function startOperationsServer(options: OperationsOptions): Promise<OperationsServer> {
  const server = http.createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    handleRequests(options),
  );
  server.maxConnections = CONNECTIONS_MAX;
  const port = await listenOn(server, options.listen);
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function handleRequests({ readiness, metrics, log }: OperationsOptions): RequestListener {
  return ({ method, url }, response) => {
    if (method !== 'GET' && method !== 'HEAD') return respond(response, 405, 'only GET and HEAD are allowed');
    switch (url?.split('?')[0]) {
      case '/livez':
        return respond(response, 200, 'ok');
      case '/readyz':
        return respondReadiness(response, readiness.reasons());
      case '/metrics':
        metrics.text().then(
          (text) => respond(response, 200, text, metrics.contentType),
          (error: unknown) => {
            log.error({ err: error }, 'bug: a metric could not be read');
            respond(response, 500, 'a metric could not be read; see the log');
          },
        );
        return;
      default:
        respond(response, 404, 'not found; the paths are /livez, /readyz and /metrics');
    }
  };
}

function respondReadiness(response: ServerResponse, reasons: readonly string[]): void {
  if (reasons.length === 0) respond(response, 200, 'ok');
  else respond(response, 503, reasons.join('\n'));
}

function respond(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text.endsWith('\n') ? text : `${text}\n`);
}

function listenOn(server: Server, listen: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message;
      const message = `cannot listen on ${formatAddress(listen)}: ${why}; choose another address with --operations-listen`;
      reject(new RollcallError('ARGUMENT_INVALID', message));
    });
    server.listen(listen.port, listen.host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : listen.port);
    });
  });
}
