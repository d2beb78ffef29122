/**
 * Wraps every handler once: errors become statuses here and nowhere else, and no answer leaves before all that it may
 * rest on is durable (docs/invariants.md, 1).
 */
import type { handleUnaryCall, MethodDefinition } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { type ListHandler, type ListRequest, readPlace, writePlace } from '../../shared/answers/list-page.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { ClusterSnapshot } from '../../shared/model/cluster-snapshot.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { AsOf as WireAsOf } from '../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import type { HistoryMethod } from '../history/history-methods.ts';
import { liveSnapshotOf } from '../history/requested-moment.ts';
import type { Caller } from '../identity/caller.ts';
import { JournalError } from '../journal/journal-error.ts';
import type { CoordinatorContext } from './coordinator-context.ts';
import { serializedCooperatively, type Written } from './serialized.ts';
import { whenDurable } from './when-durable.ts';

/** How a request came. */
export interface Asked {
  readonly caller: Caller;
  /** Of the method. */
  readonly path: string;
  /** Whether the caller still waits for the answer. */
  readonly isThere: () => boolean;
}

/** An answer, of which lists may be in the making (serialized.ts), or its bytes where they come from the record. */
export type Handler<Request, Response> = (
  request: Request,
  context: CoordinatorContext,
  asked: Asked,
) => Response | Buffer | Promise<Response | Buffer>;

/** An answer that may rest on anything that the coordinator knows, but for one from the record. */
export function unary<Request, Response>(
  context: CoordinatorContext,
  handler: Handler<Request, Response>,
): handleUnaryCall<Request, Written<Response>> {
  return recorded<Request, Written<Response>>(context, async (request, _context, asked) => {
    const response = await handler(request, context, asked);
    if (Buffer.isBuffer(response)) return response;
    const sent = await asSent(response, asked.path, context);
    await whenDurable(context, context.journal.nextRevision - 1);
    return sent;
  });
}

/** An answer that rests on nothing but what is on disk already. */
export function recorded<Request, Response>(
  context: CoordinatorContext,
  handler: (request: Request, context: CoordinatorContext, asked: Asked) => Response | Promise<Response | Buffer>,
): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    const asked = () => ({
      caller: context.authInterceptor.callerOf(call.metadata),
      path: call.getPath(),
      isThere: () => !call.cancelled,
    });
    Promise.resolve()
      .then(() => handler(call.request, context, asked()))
      .then(
        // The query service takes both (acceptingBytes).
        (response) => respond(null, response as Response),
        (error: unknown) => respond(toStatus(logged(error, context.log, call.getPath()))),
      );
  };
}

const METHODS = new Map(
  Object.values<MethodDefinition<object, object>>(QueryService.service).map((one) => [one.path, one]),
);

/** What answers of the query service, which are long, are sent as: bytes, made before the event loop is held for them. */
async function asSent<Response>(
  response: Response,
  path: string,
  { scheduler }: CoordinatorContext,
): Promise<Written<Response> | Buffer> {
  const method = METHODS.get(path);
  if (method === undefined || typeof response !== 'object' || response === null) return response as Written<Response>;
  return serializedCooperatively(response, method.responseSerialize, scheduler);
}

/** An answer from the record, always. */
export function fromHistory<Request extends object, Response>(
  context: CoordinatorContext,
  method: HistoryMethod,
): handleUnaryCall<Request, Response> {
  return recorded<Request, Response>(context, (request, _context, { isThere }) =>
    context.historyQueries.answer(method, request, { isThere }),
  );
}

/** An answer about the moment that the request names, which it tells: from the record, or from `handler` where that is now. */
export function ofMoment<Request extends { readonly at: WireMoment | null }, Response>(
  context: CoordinatorContext,
  method: HistoryMethod,
  handler: (request: Request, snapshot: ClusterSnapshot, context: CoordinatorContext) => Promise<Response>,
): handleUnaryCall<Request, Written<Response & { asOf: WireAsOf }>> {
  return unary<Request, Response & { asOf: WireAsOf }>(context, async (request, _context, { isThere }) => {
    const snapshot = liveSnapshotOf(request.at, context);
    if (snapshot === null) return context.historyQueries.answer(method, request, { isThere });
    return { ...(await handler(request, snapshot, context)), asOf: asOfToWire(snapshot.asOf) };
  });
}

/** A page of a list, of the moment that the request names or that the page before was of. */
export function listOfMoment<Request extends ListRequest, Items extends object>(
  context: CoordinatorContext,
  method: HistoryMethod,
  handler: ListHandler<Request, Items, CoordinatorContext>,
): handleUnaryCall<Request, Written<Items & { nextPageToken: string; asOf: WireAsOf }>> {
  return unary<Request, Items & { nextPageToken: string; asOf: WireAsOf }>(
    context,
    async (request, _context, { isThere }) => {
      const last = readPlace(method, request);
      const snapshot = liveSnapshotOf(request.at, context, last?.revision);
      if (snapshot === null) return context.historyQueries.answer(method, request, { isThere });
      const { items, lastKey } = await handler(request, snapshot, last, context);
      const nextPageToken = writePlace(method, request, { lastKey, revision: 0 });
      return { ...items, nextPageToken, asOf: asOfToWire(snapshot.asOf) };
    },
  );
}

/** An answer made from the record also where it is about now, which is on disk first. */
export function fromHistoryOfMoment<Request extends { readonly at: WireMoment | null }, Response>(
  context: CoordinatorContext,
  method: HistoryMethod,
): handleUnaryCall<Request, Response> {
  return recorded<Request, Response>(context, async (request, _context, { isThere }) => {
    const snapshot = liveSnapshotOf(request.at, context);
    if (snapshot === null) return context.historyQueries.answer(method, request, { isThere });
    const { asOf, isSynced } = snapshot;
    await whenDurable(context, asOf.revision);
    return context.historyQueries.answer(method, request, { now: { asOf, isSynced }, isThere });
  });
}

/** Says what went wrong in the words of the catalogue, and writes bugs to the log, with what the peer is not told. */
export function logged(error: unknown, log: Logger, where: string): unknown {
  const known = error instanceof JournalError ? journalProblem(error) : error;
  if (!(known instanceof RollcallError)) log.error({ err: error, where }, 'bug: a handler failed');
  return known;
}

/** What of the journal's errors a question can meet; the others are bugs here. */
function journalProblem(error: JournalError): unknown {
  switch (error.reason) {
    case 'too-broad':
      return new RollcallError('ARGUMENT_INVALID', error.message);
    case 'not-recorded-yet':
      return new RollcallError('NOT_RECORDED_YET', error.message);
    case 'before-retention':
      return new RollcallError('BEFORE_RETENTION', error.message, { metadata: horizonMetadata(error) });
    case 'wrong-backup':
      return new RollcallError('BACKUP_FAILED', error.message);
    case 'overloaded':
      return new RollcallError('JOURNAL_STALLED', error.message);
    case 'closed':
      return new RollcallError('DRAINING', 'the coordinator stops');
    default:
      return error;
  }
}

/** For programs: from which moment on questions are answered. */
function horizonMetadata({ horizon }: JournalError): Record<string, string> {
  if (horizon === undefined) return {};
  return { revision: String(horizon.revision), recordTime: new Date(horizon.recordedMs).toISOString() };
}
