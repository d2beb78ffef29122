/**
 * Turns rows of the RPC table into gRPC handlers. Errors become statuses here, and no answer is sent before everything that it is
 * based on is durable (docs/invariants.md, 1).
 */
import type {
  handleUnaryCall,
  Metadata,
  MethodDefinition,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { serializeCooperatively } from '../../shared/answers/serialize-answer.ts';
import type { MomentRequest } from '../../shared/answers/snapshot-answer.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Logger } from '../../shared/logging.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import type { HistoryQueries } from '../history/history-queries.ts';
import type { HistoryRpc, SnapshotDependencies, SnapshotRpc } from '../history/history-rpc.ts';
import type { Caller } from '../identity/caller.ts';
import type { Journal } from '../journal/journal.ts';
import type { LiveSnapshots } from '../query/live-snapshots.ts';
import { toCallError } from '../rpc/call-error.ts';
import type { AnyRpc, LiveRpc } from '../rpc/rpc-row.ts';
import { whenDurable } from './when-durable.ts';

/** What handlers of all services use. */
export interface CallDependencies {
  readonly callerOf: (metadata: Metadata) => Caller;
  readonly journal: Pick<Journal, 'nextRevision' | 'durableRevision' | 'durable' | 'status'>;
  readonly snapshots: Pick<LiveSnapshots, 'of'>;
  readonly snapshotDependencies: Omit<SnapshotDependencies, 'whenDurable'>;
  readonly historyQueries: Pick<HistoryQueries, 'answer'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Logger;
}

type Call = ServerUnaryCall<object, object>;

/** `service`: the definition that `definitionWithBytes` returns. */
export function bindRpcs(
  rpcs: Readonly<Record<string, unknown>>,
  service: ServiceDefinition,
  dependencies: unknown,
  calls: CallDependencies,
): UntypedServiceImplementation {
  const binder = new RpcBinder(calls);
  return Object.fromEntries(
    Object.entries(service).map(([method, definition]) => [
      method,
      binder.bind(method, rpcs[method] as AnyRpc, definition, dependencies),
    ]),
  );
}

/** The service definition, with responses that may be serialized already. */
export function definitionWithBytes(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([method, definition]) => {
      const responseSerialize = (answer: unknown) =>
        Buffer.isBuffer(answer) ? answer : definition.responseSerialize(answer);
      return [method, { ...definition, responseSerialize }];
    }),
  );
}

class RpcBinder {
  readonly #calls: CallDependencies;

  constructor(calls: CallDependencies) {
    this.#calls = calls;
  }

  bind(
    method: string,
    rpc: AnyRpc,
    definition: MethodDefinition<unknown, unknown>,
    dependencies: unknown,
  ): UntypedHandleCall {
    if ('stream' in rpc) return (call: object) => rpc.stream(call, dependencies);
    const { responseSerialize } = definition;
    switch (rpc.source) {
      case 'live':
        return this.#unary(({ request }, caller) =>
          this.#answerLive(rpc, request, caller, responseSerialize, dependencies),
        );
      case 'either':
        return this.#unary((call) => this.#answerFromSnapshot(method, rpc, call, responseSerialize));
      case 'history':
        return this.#unary((call) => this.#answerFromHistory(method, rpc, call));
    }
  }

  #unary(answer: (call: Call, caller: Caller) => Promise<object>): handleUnaryCall<object, object> {
    return (call, respond) => {
      Promise.resolve()
        .then(() => answer(call, this.#calls.callerOf(call.metadata)))
        .then(
          (response) => respond(null, response),
          (error: unknown) => respond(toStatus(toCallError(error, this.#calls.log, call.getPath()))),
        );
    };
  }

  async #answerLive(
    { answer, isDurable }: LiveRpc<object, object, unknown>,
    request: object,
    caller: Caller,
    serialize: (message: object) => Buffer,
    dependencies: unknown,
  ): Promise<object> {
    const response = await answer(request, dependencies, caller);
    return isDurable ? response : this.#whenDurable(response, serialize);
  }

  async #answerFromSnapshot(
    method: string,
    { answer }: SnapshotRpc<object, object>,
    call: Call,
    serialize: (message: object) => Buffer,
  ): Promise<object> {
    const { snapshots, snapshotDependencies, historyQueries, journal, clock } = this.#calls;
    const { request } = call;
    const snapshot = snapshots.of((request as MomentRequest).at, answer.pinnedRevision(request));
    if (snapshot === null) return historyQueries.answer(method, request, { isCancelled: () => call.cancelled });
    const untilDurable = (revision: number) => whenDurable({ journal, clock }, revision);
    const response = await answer.answer(request, snapshot, { ...snapshotDependencies, whenDurable: untilDurable });
    return this.#whenDurable(response, serialize);
  }

  async #answerFromHistory(method: string, { needsNow }: HistoryRpc<object, object>, call: Call): Promise<object> {
    const { snapshots, historyQueries, journal, clock } = this.#calls;
    const { request } = call;
    const isCancelled = () => call.cancelled;
    const snapshot = needsNow ? snapshots.of((request as MomentRequest).at) : null;
    if (snapshot === null) return historyQueries.answer(method, request, { isCancelled });
    const { asOf, isSynced } = snapshot;
    await whenDurable({ journal, clock }, asOf.revision);
    return historyQueries.answer(method, request, { now: { asOf, isSynced }, isCancelled });
  }

  /** Serializes the response, and waits until every event that is recorded so far is durable. */
  async #whenDurable(response: object, serialize: (message: object) => Buffer): Promise<Buffer> {
    const { journal, clock, snapshotDependencies } = this.#calls;
    const bytes = await serializeCooperatively(response, serialize, snapshotDependencies.scheduler);
    await whenDurable({ journal, clock }, journal.nextRevision - 1);
    return bytes;
  }
}
