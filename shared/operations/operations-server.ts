/**
 * The operations port: `/livez`, `/readyz` and `/metrics` in plain HTTP, because what probes and
 * scrapes speaks that everywhere. It tells no names of nodes and takes no orders.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { RollcallError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { type Address, formatAddress } from '../settings/address.ts';
import { CONNECTIONS_MAX, KEEP_ALIVE_MS, REQUEST_TIMEOUT_MS } from './limits.ts';
import type { MetricRegistry } from './metric-registry.ts';
import type { Readiness } from './readiness.ts';

/** The setting of every program that has this port, for its table. */
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
  /** The port that was taken, where 0 was asked for. */
  readonly port: number;
  stop(): Promise<void>;
}

/** @throws RollcallError ARGUMENT_INVALID where the address cannot be listened on. */
export async function startOperationsServer(options: OperationsOptions): Promise<OperationsServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
    answer(options),
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

function answer({ readiness, metrics, log }: OperationsOptions): RequestListener {
  return ({ method, url }, response) => {
    if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'only GET and HEAD are allowed');
    switch (url?.split('?')[0]) {
      case '/livez':
        return say(response, 200, 'ok');
      case '/readyz':
        return sayReadiness(response, readiness.reasons());
      case '/metrics':
        metrics.text().then(
          (text) => say(response, 200, text, metrics.contentType),
          (error: unknown) => {
            log.error({ err: error }, 'bug: a metric could not be read');
            say(response, 500, 'a metric could not be read; see the log');
          },
        );
        return;
      default:
        say(response, 404, 'not found; the paths are /livez, /readyz and /metrics');
    }
  };
}

function sayReadiness(response: ServerResponse, reasons: readonly string[]): void {
  if (reasons.length === 0) say(response, 200, 'ok');
  else say(response, 503, reasons.join('\n'));
}

function say(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(text.endsWith('\n') ? text : `${text}\n`);
}

function listenOn(server: Server, listen: Address): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'the address is in use' : error.message;
      const said = `cannot listen on ${formatAddress(listen)}: ${why}; choose another address with --operations-listen`;
      reject(new RollcallError('ARGUMENT_INVALID', said));
    });
    server.listen(listen.port, listen.host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : listen.port);
    });
  });
}
