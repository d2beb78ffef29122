/** What a row of the RPC table contains. */
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Streamable } from '../../shared/answers/serialize-answer.ts';
import type { HistoryRpc, SnapshotRpc } from '../history/history-rpc.ts';
import type { Caller } from '../identity/caller.ts';
import type { Right } from '../identity/rights.ts';

interface Authorized {
  /** `open`: callers need no credentials, as probes do. */
  readonly right: Right | 'open';
}

/** Answered by the running coordinator. */
export interface LiveRpc<Request, Response, Dependencies> {
  readonly source: 'live';
  /** The answer contains durable data only, so that it can be sent while the journal cannot write. */
  readonly isDurable?: true;
  readonly answer: (request: Request, dependencies: Dependencies, caller: Caller) => Response | Promise<Response>;
}

/** A stream, which the handler serves itself. */
export interface StreamRpc<Call, Dependencies> {
  readonly source: 'live';
  readonly stream: (call: Call, dependencies: Dependencies) => void;
}

/** A method of a service that gRPC packages implement. */
export interface LibraryRpc extends Authorized {
  readonly source: 'live';
}

type UnaryRow<Request, Response, Dependencies> = Authorized &
  (LiveRpc<Request, Response, Dependencies> | SnapshotRpc<Request, Response> | HistoryRpc<Request, Response>);

type RowOf<Handler, Dependencies> =
  Handler extends handleUnaryCall<infer Request, infer Response>
    ? UnaryRow<Request, Streamable<Response>, Dependencies>
    : Handler extends (call: infer Call) => void
      ? Authorized & StreamRpc<Call, Dependencies>
      : never;

/** The names of the methods, without the index signature of the generated interface. */
type MethodOf<Handlers> = keyof {
  [Name in keyof Handlers as string extends Name ? never : number extends Name ? never : Name]: true;
};

/** One row for each method of a generated service: a method without a row does not compile. */
export type RpcRows<Handlers, Dependencies> = {
  readonly [Method in MethodOf<Handlers> & keyof Handlers]: RowOf<Handlers[Method], Dependencies>;
};

/** Any row, for code that handles all of them. */
export type AnyRpc = Authorized &
  (
    | LiveRpc<object, object, unknown>
    | StreamRpc<object, unknown>
    | SnapshotRpc<object, object>
    | HistoryRpc<object, object>
  );
