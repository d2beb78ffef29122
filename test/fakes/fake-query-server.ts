/** Real query and audit services over gRPC with responses that a test scripts. They record all requests. */
import { once } from 'node:events';
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import { SERVER_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { AuditService, QueryService } from '../../shared/rpc/contract.ts';
import type { AuditServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AuditService.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { eventually } from './eventually.ts';

type Method = Exclude<keyof QueryServiceHandlers | keyof AuditServiceHandlers, 'WatchEvents' | symbol | number>;

/**
 * The response of a method, or the messages of a stream. Throw a RollcallError to fail the call; never resolve to keep the
 * caller waiting.
 */
type Answer = (request: object) => object | Promise<object>;
type Answers = { readonly [M in Method]?: (request: never) => object | Promise<object> };

type StreamCall = ServerWritableStream<object, object>;
type WatchCall = ServerWritableStream<WatchEventsRequest__Output, WatchEventsResponse>;

// Without channelz, grpc-js 1.14 does not track its sessions, and `forceShutdown` leaves connections open.
const OPTIONS = { ...SERVER_OPTIONS, 'grpc.enable_channelz': 1 };

export class FakeQueryServer {
  /** Every request, in order. */
  readonly asked: { readonly method: string; readonly request: object }[] = [];
  /** The `authorization` metadata of every unary call and watch, in order. */
  readonly authorizations: string[] = [];
  answers: Answers;
  readonly #server = new Server(OPTIONS);
  readonly #watches: WatchCall[] = [];
  #port = 0;

  private constructor(answers: Answers) {
    this.answers = answers;
  }

  /** Listens on loopback, in plaintext or with these credentials. A call of a method without a script fails. */
  static async start(answers: Answers, credentials = ServerCredentials.createInsecure()): Promise<FakeQueryServer> {
    const fake = new FakeQueryServer(answers);
    for (const { service } of [QueryService, AuditService]) fake.#serve(service);
    fake.#port = await new Promise((resolve, reject) => {
      fake.#server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    return fake;
  }

  #serve(service: ServiceDefinition): void {
    const handlers = Object.values(service).map(({ originalName = '', path, responseStream }) => {
      const method = path.slice(path.lastIndexOf('/') + 1);
      if (method === 'WatchEvents') return [originalName, (call: WatchCall) => this.#watch(call)];
      if (responseStream) return [originalName, (call: StreamCall) => void this.#stream(method, call)];
      return [
        originalName,
        (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => void this.#answer(method, call, done),
      ];
    });
    this.#server.addService(service, Object.fromEntries(handlers));
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get watchCount(): number {
    return this.#watches.length;
  }

  /** Waits for the watch with this index, from 0. */
  async watch(index: number): Promise<WatchCall> {
    await eventually(() => this.#watches.length > index);
    return this.#watches[index] as WatchCall;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  async #answer(method: string, call: ServerUnaryCall<object, object>, done: sendUnaryData<object>): Promise<void> {
    this.asked.push({ method, request: call.request });
    this.authorizations.push(call.metadata.get('authorization').join());
    const answer = (this.answers as Record<string, Answer | undefined>)[method];
    try {
      if (answer === undefined) throw new RollcallError('ARGUMENT_INVALID', `the test has no script for ${method}`);
      done(null, await answer(call.request));
    } catch (error) {
      done(toStatus(error));
    }
  }

  async #stream(method: string, call: StreamCall): Promise<void> {
    this.asked.push({ method, request: call.request });
    const answer = (this.answers as Record<string, Answer | undefined>)[method];
    const cancelled = new AbortController();
    call.once('cancelled', () => cancelled.abort());
    try {
      if (answer === undefined) throw new RollcallError('ARGUMENT_INVALID', `the test has no script for ${method}`);
      for await (const message of (await answer(call.request)) as AsyncIterable<object>) {
        if (!call.write(message)) await once(call, 'drain', { signal: cancelled.signal });
      }
      call.end();
    } catch (error) {
      if (!cancelled.signal.aborted) call.emit('error', toStatus(error));
    }
  }

  #watch(call: WatchCall): void {
    this.asked.push({ method: 'WatchEvents', request: call.request });
    this.authorizations.push(call.metadata.get('authorization').join());
    this.#watches.push(call);
  }
}
