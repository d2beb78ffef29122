/** The benchmark thread that queries a coordinator like the CLI does: page by page, over gRPC. */

import { setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { credentials } from '@grpc/grpc-js';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { QueryService } from '../../shared/rpc/contract.ts';

/** A unary call of the query service. `pages` is the maximum number of pages of a list. */
export interface BenchQuery {
  readonly method: keyof typeof QueryService.service;
  readonly request: object;
  readonly pages?: number;
}

export interface CallTiming {
  /** Duration of all pages. */
  readonly totalMs: number;
  /** Duration of the slowest request, which the request timeout of a caller applies to. */
  readonly longestMs: number;
  readonly failure: string;
}

interface Answer {
  readonly nextPageToken?: string;
}

// A real client runs on another machine and uses no CPU of the coordinator.
setPriority(0, 19);

const client = new QueryService(String(workerData), credentials.createInsecure(), CLIENT_OPTIONS);

async function measure({ method, request, pages = Number.POSITIVE_INFINITY }: BenchQuery): Promise<CallTiming> {
  const startMs = performance.now();
  let longestMs = 0;
  let pageToken = '';
  try {
    for (let page = 0; page < pages && (page === 0 || pageToken !== ''); page += 1) {
      const pageMs = performance.now();
      const answer = await call(method, { ...request, pageToken });
      longestMs = Math.max(longestMs, performance.now() - pageMs);
      pageToken = answer.nextPageToken ?? '';
    }
  } catch (error) {
    return { totalMs: 0, longestMs: 0, failure: String(error) };
  }
  return { totalMs: performance.now() - startMs, longestMs, failure: '' };
}

function call(method: BenchQuery['method'], request: object): Promise<Answer> {
  const definition = QueryService.service[method];
  if (definition === undefined) throw new Error(`the query service has no ${method}`);
  const { path, requestSerialize, responseDeserialize } = definition;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      requestSerialize as (value: object) => Buffer,
      responseDeserialize as (bytes: Buffer) => Answer,
      request,
      (error, answer) => (error === null ? resolve(answer ?? {}) : reject(error)),
    );
  });
}

parentPort?.on('message', (query: BenchQuery) => {
  void measure(query).then((timing) => parentPort?.postMessage(timing));
});
