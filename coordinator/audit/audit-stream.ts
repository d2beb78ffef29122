/** Streams of the audit service: no faster than they are read, few at a time, and ended when the caller leaves. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { WATCH_STALL_MS } from '../limits.ts';
import { toCallError } from '../rpc/call-error.ts';
import type { OpenStreams } from '../rpc/open-streams.ts';
import type { AuditDependencies } from './audit-journal.ts';

export interface AuditStreamDependencies extends AuditDependencies {
  readonly audits: OpenStreams;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

/** A handler of a method whose messages `produce` generates. */
export function auditStream<Request, Response>(
  produce: (request: Request, dependencies: AuditDependencies) => AsyncIterable<Response>,
): (call: ServerWritableStream<Request, Response>, dependencies: AuditStreamDependencies) => void {
  return (call, dependencies) => {
    send(call, produce, dependencies).then(
      () => call.end(),
      (error: unknown) => call.emit('error', toStatus(toCallError(error, dependencies.log, call.getPath()))),
    );
  };
}

async function send<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  produce: (request: Request, dependencies: AuditDependencies) => AsyncIterable<Response>,
  dependencies: AuditStreamDependencies,
): Promise<void> {
  const { audits, clock } = dependencies;
  audits.refuseIfFull();
  const reader = new StreamReader(call, clock);
  const close = audits.open(() => reader.leave(new RollcallError('DRAINING', 'the coordinator is stopping')));
  try {
    for await (const message of produce(call.request, dependencies)) {
      if (reader.hasLeft) break;
      if (!call.write(message)) await reader.untilRead();
    }
    reader.throwIfStopped();
  } finally {
    close();
  }
}

/** The caller that reads a stream. */
class StreamReader {
  hasLeft = false;
  readonly #call: ServerWritableStream<unknown, unknown>;
  readonly #clock: Pick<Clock, 'after'>;
  #error: RollcallError | undefined;
  #wake: () => void = () => {};

  constructor(call: ServerWritableStream<unknown, unknown>, clock: Pick<Clock, 'after'>) {
    this.#call = call;
    this.#clock = clock;
    call.on('cancelled', () => this.leave());
    call.on('close', () => this.leave());
  }

  leave(error?: RollcallError): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.#error = error;
    this.#wake();
  }

  throwIfStopped(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Resolves when most of what was written has been read, or the caller has left. */
  untilRead(): Promise<void> {
    if (this.hasLeft) return Promise.resolve();
    return new Promise((resolve) => {
      const tooSlow = new RollcallError(
        'WATCH_TOO_SLOW',
        `the caller read nothing for ${WATCH_STALL_MS / 1000} seconds`,
      );
      const cancel = this.#clock.after(WATCH_STALL_MS, () => this.leave(tooSlow));
      this.#wake = () => {
        cancel();
        resolve();
      };
      this.#call.once('drain', this.#wake);
    });
  }
}

/** Ends work whose caller has left. */
class Abandoned extends Error {}

/**
 * Runs `work`, yields the newest of the messages that it emits, and returns its result. Work whose caller has left ends when it
 * emits the next message, and counts as running until then.
 */
export async function* withProgress<Result, Message>(
  work: (emit: (message: Message) => void) => Promise<Result>,
): AsyncGenerator<Message, Result, undefined> {
  let newest: Message | undefined;
  let isAbandoned = false;
  let wake: () => void = () => {};
  const running = work((message) => {
    if (isAbandoned) throw new Abandoned();
    newest = message;
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
      if (newest !== undefined) yield newest;
      newest = undefined;
    }
    return await running;
  } finally {
    isAbandoned = true;
    await ended;
  }
}

/** A message about progress, which every method of the service has. */
export function progressToWire(doneCount: number, totalCount: number) {
  return { progress: { doneCount: String(doneCount), totalCount: String(totalCount) } };
}
