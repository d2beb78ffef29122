/** A real gRPC QueryService that answers what a test scripts, and remembers what it was asked. */
import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import { SERVER_OPTIONS } from '../../shared/rpc/channel-options.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { QueryServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/QueryService.ts';
import type { WatchEventsRequest__Output } from '../../shared/rpc/generated/rollcall/v1/WatchEventsRequest.ts';
import type { WatchEventsResponse } from '../../shared/rpc/generated/rollcall/v1/WatchEventsResponse.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { eventually } from './eventually.ts';

type Method = Exclude<keyof QueryServiceHandlers, 'WatchEvents' | symbol | number>;

/** What a method answers; throws a RollcallError to refuse, and never resolves to keep the caller waiting. */
type Answer = (request: object) => object | Promise<object>;
type Answers = { readonly [M in Method]?: (request: never) => object | Promise<object> };

type WatchCall = ServerWritableStream<WatchEventsRequest__Output, WatchEventsResponse>;

// Without channelz grpc-js 1.14 loses track of its sessions, and `forceShutdown` would leave connections open.
const OPTIONS = { ...SERVER_OPTIONS, 'grpc.enable_channelz': 1 };

export class FakeQueryServer {
  /** Every request, in order. */
  readonly asked: { readonly method: string; readonly request: object }[] = [];
  answers: Answers;
  readonly #server = new Server(OPTIONS);
  readonly #watches: WatchCall[] = [];
  #port = 0;

  private constructor(answers: Answers) {
    this.answers = answers;
  }

  /** Listens on loopback. What is not scripted is refused as unknown. */
  static async start(answers: Answers): Promise<FakeQueryServer> {
    const fake = new FakeQueryServer(answers);
    const handlers = Object.values(QueryService.service).map(({ originalName, path }) => {
      const method = path.slice(path.lastIndexOf('/') + 1);
      if (method === 'WatchEvents') return [originalName, (call: WatchCall) => fake.#watch(call)];
      return [
        originalName,
        (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => void fake.#answer(method, call, done),
      ];
    });
    fake.#server.addService(QueryService.service, Object.fromEntries(handlers));
    fake.#port = await new Promise((resolve, reject) => {
      fake.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get watchCount(): number {
    return this.#watches.length;
  }

  /** The watch of that number, from 0 on; waits for it. */
  async watch(index: number): Promise<WatchCall> {
    await eventually(() => this.#watches.length > index);
    return this.#watches[index] as WatchCall;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  async #answer(method: string, call: ServerUnaryCall<object, object>, done: sendUnaryData<object>): Promise<void> {
    this.asked.push({ method, request: call.request });
    const answer = (this.answers as Record<string, Answer | undefined>)[method];
    try {
      if (answer === undefined) throw new RollcallError('ARGUMENT_INVALID', `the test scripts no ${method}`);
      done(null, await answer(call.request));
    } catch (error) {
      done(toStatus(error));
    }
  }

  #watch(call: WatchCall): void {
    this.asked.push({ method: 'WatchEvents', request: call.request });
    this.#watches.push(call);
  }
}
