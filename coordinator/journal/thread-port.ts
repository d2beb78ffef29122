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

interface Request {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Response = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ErrorFacts };

/** What of an error survives the way between threads. */
interface ErrorFacts {
  readonly message: string;
  readonly stack: string | undefined;
  readonly reason: JournalErrorReason | undefined;
  readonly horizon?: RetentionHorizon | undefined;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Runs in the thread: answers every call with the service's method of that name. */
export function serveThread(service: object): void {
  const port = parentPort;
  if (port === null) throw new Error('this module runs in a worker thread');
  port.on('message', ({ id, method, args }: Request) => {
    try {
      port.postMessage({ id, result: callMethod(service, method, args) } satisfies Response);
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
    pending.delete(response.id);
    // A thread that waits for calls does not keep the process alive.
    if (pending.size === 0) worker.unref();
    if ('error' in response) call?.reject(errorOf(response.error));
    else call?.resolve(response.result);
  });
  const call = (method: string, args: readonly unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      const id = nextId++;
      pending.set(id, { resolve, reject });
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
