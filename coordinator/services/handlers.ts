/**
 * Wraps every handler once: errors become statuses here and nowhere else, and no answer leaves before all that it may
 * rest on is durable (design.md, rule 1).
 */
import type { handleUnaryCall, MethodDefinition } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { RollcallError } from '../../shared/errors.ts';
import { QueryService } from '../../shared/rpc/contract.ts';
import type { AsOf as WireAsOf } from '../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import type { Caller } from '../identity/caller.ts';
import { JournalError } from '../journal/journal-error.ts';
import { ANSWER_DURABLE_TIMEOUT_MS } from '../limits.ts';
import type { House } from './house.ts';
import { type PageRequest, type PageToken, readPageToken, writePageToken } from './paging.ts';
import { rollOf } from './roll/moment.ts';
import type { Roll } from './roll/roll.ts';
import { serializedInTurns } from './serialized.ts';

export type Handler<Request, Response> = (
  request: Request,
  house: House,
  caller: Caller,
) => Response | Promise<Response>;

/** An answer that may rest on anything that the coordinator knows. */
export function unary<Request, Response>(
  house: House,
  handler: Handler<Request, Response>,
): handleUnaryCall<Request, Response> {
  return recorded(house, async (request, _house, caller) => {
    const response = await handler(request, house, caller);
    await whenDurable(house, house.journal.nextRevision - 1);
    return response;
  });
}

/** An answer that rests on nothing but what is on disk already. */
export function recorded<Request, Response>(
  house: House,
  handler: Handler<Request, Response>,
): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    Promise.resolve()
      .then(() => handler(call.request, house, house.gate.callerOf(call.metadata)))
      .then((response) => asSent(response, call.getPath(), house))
      .then(
        (response) => respond(null, response),
        (error: unknown) => respond(toStatus(logged(error, house.log, call.getPath()))),
      );
  };
}

const METHODS = new Map(
  Object.values<MethodDefinition<object, object>>(QueryService.service).map((one) => [one.path, one]),
);

/** In the form in which it takes the server least to send it; `acceptingBytes` knows both. */
async function asSent<Response>(response: Response, path: string, { clock }: House): Promise<Response> {
  const method = METHODS.get(path);
  if (method === undefined || typeof response !== 'object' || response === null) return response;
  return (await serializedInTurns<object>(response, method.responseSerialize, clock)) as Response;
}

/** An answer about the moment that the request names, which it tells. */
export function ofMoment<Request extends { readonly at: WireMoment | null }, Response>(
  house: House,
  handler: (request: Request, roll: Roll, house: House) => Promise<Response>,
): handleUnaryCall<Request, Response & { asOf: WireAsOf }> {
  return recorded(house, async (request) => {
    const roll = await rollOf(request.at, house);
    const response = await handler(request, roll, house);
    return told(response, roll, house);
  });
}

type ListRequest = PageRequest & { readonly at: WireMoment | null };

/** What a page holds, and the key of its last item; `''` where there is no more. */
export interface ListPage<Items> {
  readonly items: Items;
  readonly lastKey: string;
}

/** A page of a list, of the moment that the request names or that the page before was of. */
export function listOfMoment<Request extends ListRequest, Items extends object>(
  house: House,
  method: string,
  handler: (request: Request, roll: Roll, last: PageToken | null, house: House) => Promise<ListPage<Items>>,
): handleUnaryCall<Request, Items & { nextPageToken: string; asOf: WireAsOf }> {
  return recorded(house, async (request) => {
    const query = questionOf(method, request);
    const last = readPageToken(request.pageToken, query);
    const roll = await rollOf(request.at, house, last?.revision);
    const { items, lastKey } = await handler(request, roll, last, house);
    const revision = roll.asOf.isFromJournal ? roll.asOf.revision : 0;
    return told({ ...items, nextPageToken: writePageToken({ lastKey, revision }, query) }, roll, house);
  });
}

/** Whatever tells a question from another: everything in it but which page is wanted. */
export function questionOf(method: string, request: PageRequest): string {
  return `${method} ${JSON.stringify({ ...request, pageSize: undefined, pageToken: undefined })}`;
}

async function told<Response>(response: Response, { asOf }: Roll, house: House) {
  if (!asOf.isFromJournal) await whenDurable(house, house.journal.nextRevision - 1);
  return { ...response, asOf: asOfToWire(asOf) };
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
      return new RollcallError('STORE_STALLED', error.message);
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

/** Waits for the journal, but not for ever. @throws RollcallError STORE_STALLED. */
export function whenDurable({ journal, clock }: House, revision: number): Promise<void> {
  if (revision <= journal.durableRevision) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_DURABLE_TIMEOUT_MS, () => {
      const { problem } = journal.status();
      reject(new RollcallError('STORE_STALLED', `the journal cannot write${problem === '' ? '' : `: ${problem}`}`));
    });
    journal.durable(revision).then(resolve, reject).finally(cancel);
  });
}
