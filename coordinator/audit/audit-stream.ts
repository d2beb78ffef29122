/** Streams of the audit service: as fast as they are read and no faster, few at a time, and over when the caller goes. */
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import { RollcallError } from '../../shared/errors.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { AUDITS_MAX, WATCH_STALL_MS } from '../limits.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';
import { logged } from '../server/handlers.ts';

export function streamed<Request, Response>(
  context: CoordinatorContext,
  produce: (request: Request, context: CoordinatorContext) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    send(context, call, produce).then(
      () => call.end(),
      (error: unknown) => call.emit('error', toStatus(logged(error, context.log, call.getPath()))),
    );
  };
}

async function send<Request, Response>(
  context: CoordinatorContext,
  call: ServerWritableStream<Request, Response>,
  produce: (request: Request, context: CoordinatorContext) => AsyncIterable<Response>,
): Promise<void> {
  const { audits } = context;
  if (audits.size >= AUDITS_MAX) {
    throw new RollcallError('TOO_MANY_AUDITS', `${AUDITS_MAX} checks, exports or backups are running already`);
  }
  const caller = new Caller(context, call);
  const stop = () => caller.leave(new RollcallError('DRAINING', 'the coordinator stops'));
  audits.add(stop);
  try {
    for await (const message of produce(call.request, context)) {
      if (!caller.isThere) break;
      if (!call.write(message)) await caller.hasRead();
    }
    caller.throwIfStopped();
  } finally {
    audits.delete(stop);
  }
}

/** Whoever reads a stream, and may stop doing so. */
class Caller {
  isThere = true;
  readonly #context: CoordinatorContext;
  readonly #call: ServerWritableStream<unknown, unknown>;
  #error: RollcallError | undefined;
  #wake: () => void = () => {};

  constructor(context: CoordinatorContext, call: ServerWritableStream<unknown, unknown>) {
    this.#context = context;
    this.#call = call;
    call.on('cancelled', () => this.leave());
    call.on('close', () => this.leave());
  }

  leave(error?: RollcallError): void {
    if (!this.isThere) return;
    this.isThere = false;
    this.#error = error;
    this.#wake();
  }

  throwIfStopped(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Resolves once most of what was written has been read, or nobody reads any more. */
  hasRead(): Promise<void> {
    if (!this.isThere) return Promise.resolve();
    return new Promise((resolve) => {
      const tooSlow = new RollcallError('WATCH_TOO_SLOW', `nothing was read for ${WATCH_STALL_MS / 1000} seconds`);
      const cancel = this.#context.clock.after(WATCH_STALL_MS, () => this.leave(tooSlow));
      this.#wake = () => {
        cancel();
        resolve();
      };
      this.#call.once('drain', this.#wake);
    });
  }
}

/** Ends work whose result nobody waits for. */
class Abandoned extends Error {}

/**
 * Yields the newest of what work tells while it runs; returns what came of it. Work that nobody waits for ends when it tells
 * something next, and keeps its place until then.
 */
export async function* withNews<Result, Message>(
  work: (emit: (news: Message) => void) => Promise<Result>,
): AsyncGenerator<Message, Result, undefined> {
  let news: Message | undefined;
  let isAbandoned = false;
  let wake: () => void = () => {};
  const running = work((told) => {
    if (isAbandoned) throw new Abandoned();
    news = told;
    wake();
  });
  let isRunning = true;
  const ended = running.then(
    () => (isRunning = false),
    () => (isRunning = false),
  );
  try {
    while (isRunning) {
      await Promise.race([ended, new Promise<void>((resolve) => (wake = resolve))]);
      if (news !== undefined) yield news;
      news = undefined;
    }
    return await running;
  } finally {
    isAbandoned = true;
    await ended;
  }
}

/** As every message of the service has it. */
export function progressToWire(doneCount: number, totalCount: number) {
  return { progress: { doneCount: String(doneCount), totalCount: String(totalCount) } };
}
