/** The thread of a benchmark that asks a coordinator as the command line does: page after page, over gRPC. */

import { setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { credentials } from '@grpc/grpc-js';
import { CLIENT_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { QueryService } from '../../shared/rpc/contract.ts';

/** A unary call of the query service; `pages`: how many of a list, at most. */
export interface Question {
  readonly method: keyof typeof QueryService.service;
  readonly request: object;
  readonly pages?: number;
}

export interface Answered {
  /** All pages together. */
  readonly totalMs: number;
  /** What one request took at most, which a caller's time limit is held against. */
  readonly longestMs: number;
  readonly failure: string;
}

interface Answer {
  readonly nextPageToken?: string;
}

// Whoever asks is on another machine, and takes nothing of the coordinator's processors.
setPriority(0, 19);

const client = new QueryService(String(workerData), credentials.createInsecure(), CLIENT_OPTIONS);

async function answered({ method, request, pages = Number.POSITIVE_INFINITY }: Question): Promise<Answered> {
  const startMs = performance.now();
  let longestMs = 0;
  let pageToken = '';
  try {
    for (let page = 0; page < pages && (page === 0 || pageToken !== ''); page += 1) {
      const pageMs = performance.now();
      const answer = await once(method, { ...request, pageToken });
      longestMs = Math.max(longestMs, performance.now() - pageMs);
      pageToken = answer.nextPageToken ?? '';
    }
  } catch (error) {
    return { totalMs: 0, longestMs: 0, failure: String(error) };
  }
  return { totalMs: performance.now() - startMs, longestMs, failure: '' };
}

function once(method: Question['method'], request: object): Promise<Answer> {
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

parentPort?.on('message', (question: Question) => {
  void answered(question).then((answer) => parentPort?.postMessage(answer));
});
