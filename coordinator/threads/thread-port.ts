/**
 * Calls a service through promises. The service runs in a thread of its own or, for tests that run from the sources, on the
 * calling thread. Calls start in order; a synchronous service also answers them in order.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { decodeError, type ErrorCodec, type ErrorMessage, encodeError } from './thread-errors.ts';

/** The methods of a service, each with a promise of its result. */
export type Promised<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

export type Port<Service> = Promised<Service> & {
  /** Ends the thread. Pending calls reject. */
  terminate(): Promise<void>;
  /** Whether the thread has ended, so that every call rejects. */
  hasEnded(): boolean;
};

/** Values of a long answer per message: receiving thousands of objects in one message blocks the event loop for milliseconds. */
const PART_MAX = 1_000;

/** A call or, without a method, a request for the next part of a long answer. */
interface Request {
  readonly id: number;
  readonly method?: string;
  readonly args?: readonly unknown[];
}

type Response =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly part: readonly unknown[] }
  | { readonly id: number; readonly error: ErrorMessage };

interface Pending {
  readonly parts: unknown[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Answers each call with the service's method of that name. Runs in the thread. */
export function serveThread(service: object, errors: readonly ErrorCodec[] = []): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread');
  // The rest of each long answer: the other side requests the parts one by one, between its other work.
  const rests = new Map<number, unknown[]>();
  const fail = (id: number, error: unknown) =>
    port.postMessage({ id, error: encodeError(error, errors) } satisfies Response);
  const answer = (id: number, result: unknown) => {
    if (result instanceof Promise) {
      result.then(
        (value) => answer(id, value),
        (error: unknown) => fail(id, error),
      );
      return;
    }
    const isLong = Array.isArray(result) && result.length > PART_MAX;
    if (isLong) rests.set(id, result.slice(PART_MAX));
    else rests.delete(id);
    port.postMessage(isLong ? { id, part: result.slice(0, PART_MAX) } : { id, result }, ownedBuffers(result));
  };
  port.on('message', ({ id, method, args = [] }: Request) => {
    try {
      answer(id, method === undefined ? rests.get(id) : callMethod(service, method, args));
    } catch (error) {
      fail(id, error);
    }
  });
}

/** Memory that holds nothing but the result is transferred to the other thread instead of copied. */
function ownedBuffers(result: unknown): ArrayBuffer[] {
  if (!(result instanceof Uint8Array) || !(result.buffer instanceof ArrayBuffer)) return [];
  return result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
}

/** Starts the thread whose module calls `serveThread` with the service. */
export function threadPort<Service>(
  module: URL,
  methods: readonly (keyof Service & string)[],
  errors: readonly ErrorCodec[] = [],
): Port<Service> {
  const worker = new Worker(module);
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    for (const call of pending.values()) call.reject(ended);
    pending.clear();
  };
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`a thread of the coordinator ended (exit code ${code})`)));
  worker.on('message', (response: Response) => {
    const call = pending.get(response.id);
    if ('part' in response) {
      call?.parts.push(...response.part);
      return worker.postMessage({ id: response.id } satisfies Request);
    }
    pending.delete(response.id);
    // An idle thread does not keep the process alive.
    if (pending.size === 0) worker.unref();
    if ('error' in response) call?.reject(decodeError(response.error, errors));
    else call?.resolve(call.parts.length === 0 ? response.result : call.parts.concat(response.result));
  });
  const call = (method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      const id = nextId++;
      pending.set(id, { parts: [], resolve, reject });
      worker.ref();
      worker.postMessage({ id, method, args } satisfies Request);
    });
  const terminate = async () => {
    await worker.terminate();
  };
  return portOf<Service>(methods, { call, terminate, hasEnded: () => ended !== undefined });
}

/** Runs the service on the calling thread. It answers in a later turn of the event loop, as a thread does. */
export function localPort<Service extends object>(
  service: Service,
  methods: readonly (keyof Service & string)[],
  errors: readonly ErrorCodec[] = [],
): Port<Service> {
  const call = (method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      setImmediate(() => {
        const result = new Promise((answer) => answer(callMethod(service, method, args)));
        result.then(resolve, (error: unknown) => reject(decodeError(encodeError(error, errors), errors)));
      });
    });
  return portOf<Service>(methods, { call, terminate: () => Promise.resolve(), hasEnded: () => false });
}

interface Connection {
  readonly call: (method: string, args: readonly unknown[]) => Promise<unknown>;
  readonly terminate: () => Promise<void>;
  readonly hasEnded: () => boolean;
}

function portOf<Service>(methods: readonly string[], { call, terminate, hasEnded }: Connection): Port<Service> {
  const calls = methods.map((method) => [method, (...args: unknown[]) => call(method, args)]);
  return { ...Object.fromEntries(calls), terminate, hasEnded } as Port<Service>;
}

function callMethod(service: object, method: string, args: readonly unknown[]): unknown {
  const implementation: unknown = Reflect.get(service, method);
  if (typeof implementation !== 'function') throw new TypeError(`a thread of the coordinator has no method ${method}`);
  return Reflect.apply(implementation, service, args);
}
