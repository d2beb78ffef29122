/**
 * A service behind promises: in a thread of its own, or, for tests that run from the sources, on this one. Calls begin in
 * order, and where the service is synchronous they are answered in order too.
 */
import { parentPort, Worker } from 'node:worker_threads';
import { type ErrorFacts, errorFacts, errorOf } from './thread-errors.ts';

/** A service's methods, with promises of their results. */
export type Port<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
} & {
  /** Ends the thread; pending calls are rejected. */
  terminate(): Promise<void>;
  /** Whether the thread is no more: every call is rejected from then on. */
  hasEnded(): boolean;
};

/** Values of a long answer that cross at once: taking in some thousand objects holds the event loop for milliseconds. */
const PART_MAX = 1_000;

/** A call, or, without a method, the next part of a long answer. */
interface Request {
  readonly id: number;
  readonly method?: string;
  readonly args?: readonly unknown[];
}

type Response =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly part: readonly unknown[] }
  | { readonly id: number; readonly error: ErrorFacts };

interface Pending {
  readonly parts: unknown[];
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Runs in the thread: answers every call with the service's method of that name. */
export function serveThread(service: object): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread');
  // What is left of long answers: the other side asks for one part after the other, between other things that it does.
  const rests = new Map<number, unknown[]>();
  const fail = (id: number, error: unknown) => port.postMessage({ id, error: errorFacts(error) } satisfies Response);
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

/** Bytes that nothing else shares go over to the other thread instead of being copied. */
function ownedBuffers(result: unknown): ArrayBuffer[] {
  if (!(result instanceof Uint8Array) || !(result.buffer instanceof ArrayBuffer)) return [];
  return result.byteLength === result.buffer.byteLength ? [result.buffer] : [];
}

/** Starts the thread whose module calls `serveThread` with the service. */
export function threadPort<Service>(module: URL, methods: readonly (keyof Service & string)[]): Port<Service> {
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
    // A thread that waits for calls does not keep the process alive.
    if (pending.size === 0) worker.unref();
    if ('error' in response) call?.reject(errorOf(response.error));
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

/** The same service on this thread, answering in a later turn of the event loop as a thread would. */
export function localPort<Service extends object>(
  service: Service,
  methods: readonly (keyof Service & string)[],
): Port<Service> {
  const call = (method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      setImmediate(() => {
        const result = new Promise((answer) => answer(callMethod(service, method, args)));
        result.then(resolve, (error: unknown) => reject(errorOf(errorFacts(error))));
      });
    });
  return portOf<Service>(methods, { call, terminate: () => Promise.resolve(), hasEnded: () => false });
}

interface Line {
  readonly call: (method: string, args: readonly unknown[]) => Promise<unknown>;
  readonly terminate: () => Promise<void>;
  readonly hasEnded: () => boolean;
}

function portOf<Service>(methods: readonly string[], { call, terminate, hasEnded }: Line): Port<Service> {
  const calls = methods.map((method) => [method, (...args: unknown[]) => call(method, args)]);
  return { ...Object.fromEntries(calls), terminate, hasEnded } as Port<Service>;
}

function callMethod(service: object, method: string, args: readonly unknown[]): unknown {
  const implementation: unknown = Reflect.get(service, method);
  if (typeof implementation !== 'function') throw new TypeError(`a thread of the coordinator has no method ${method}`);
  return Reflect.apply(implementation, service, args);
}
