/**
 * A synchronous service behind promises: in a thread of its own, or, for tests that run from the
 * sources, on this one. Calls are answered in order.
 */
import { parentPort, Worker } from 'node:worker_threads';
import type { JournalErrorReason, RetentionHorizon } from './journal-error.ts';
import { JournalError } from './journal-error.ts';

/** A service's methods, with promises of their results. */
export type Port<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
} & {
  /** Ends the thread; pending calls are rejected. */
  terminate(): Promise<void>;
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

/** What of an error survives the way between threads. */
interface ErrorFacts {
  readonly message: string;
  readonly stack: string | undefined;
  readonly reason: JournalErrorReason | undefined;
  readonly horizon?: RetentionHorizon | undefined;
}

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
  const answer = (id: number, result: unknown) => {
    const isLong = Array.isArray(result) && result.length > PART_MAX;
    if (isLong) rests.set(id, result.slice(PART_MAX));
    else rests.delete(id);
    port.postMessage(isLong ? { id, part: result.slice(0, PART_MAX) } : { id, result });
  };
  port.on('message', ({ id, method, args = [] }: Request) => {
    try {
      answer(id, method === undefined ? rests.get(id) : callMethod(service, method, args));
    } catch (error) {
      port.postMessage({ id, error: errorFacts(error) } satisfies Response);
    }
  });
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
  worker.on('exit', (code) => end(new Error(`a thread of the journal ended (exit code ${code})`)));
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
  return portOf<Service>(methods, call, terminate);
}

/** The same service on this thread, answering in a later turn of the event loop as a thread would. */
export function localPort<Service extends object>(
  service: Service,
  methods: readonly (keyof Service & string)[],
): Port<Service> {
  const call = (method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      setImmediate(() => {
        try {
          resolve(callMethod(service, method, args));
        } catch (error) {
          reject(errorOf(errorFacts(error)));
        }
      });
    });
  return portOf<Service>(methods, call, () => Promise.resolve());
}

function portOf<Service>(
  methods: readonly string[],
  call: (method: string, args: readonly unknown[]) => Promise<unknown>,
  terminate: () => Promise<void>,
): Port<Service> {
  const calls = methods.map((method) => [method, (...args: unknown[]) => call(method, args)]);
  return { ...Object.fromEntries(calls), terminate } as Port<Service>;
}

function callMethod(service: object, method: string, args: readonly unknown[]): unknown {
  const implementation: unknown = Reflect.get(service, method);
  if (typeof implementation !== 'function') throw new TypeError(`a thread of the journal has no method ${method}`);
  return Reflect.apply(implementation, service, args);
}

function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, reason: undefined };
  const { message, stack } = error;
  if (!(error instanceof JournalError)) return { message, stack, reason: undefined };
  return { message, stack, reason: error.reason, horizon: error.horizon };
}

function errorOf({ message, stack, reason, horizon }: ErrorFacts): Error {
  const error = reason === undefined ? new Error(message) : new JournalError(reason, message, { horizon });
  if (stack !== undefined) error.stack = stack;
  return error;
}
