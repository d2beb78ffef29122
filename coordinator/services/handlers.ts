/**
 * Wraps every unary handler once: errors become statuses here and nowhere else, and no answer leaves
 * before all that it may rest on is durable (design.md, rule 1).
 */
import type { handleUnaryCall } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { RollcallError } from '../../shared/errors.ts';
import { toStatus } from '../../shared/rpc/status.ts';
import { JournalError } from '../journal/journal-error.ts';
import { ANSWER_DURABLE_TIMEOUT_MS } from '../limits.ts';
import type { House } from './house.ts';

export type Handler<Request, Response> = (request: Request, house: House) => Response | Promise<Response>;

export function unary<Request, Response>(
  house: House,
  handler: Handler<Request, Response>,
): handleUnaryCall<Request, Response> {
  return (call, respond) => {
    answer(house, handler, call.request).then(
      (response) => respond(null, response),
      (error: unknown) => respond(toStatus(logged(error, house.log, call.getPath()))),
    );
  };
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
    case 'not-recorded-yet':
    case 'before-retention':
      return new RollcallError('ARGUMENT_INVALID', error.message);
    case 'overloaded':
      return new RollcallError('STORE_STALLED', error.message);
    case 'closed':
      return new RollcallError('DRAINING', 'the coordinator stops');
    default:
      return error;
  }
}

async function answer<Request, Response>(
  house: House,
  handler: Handler<Request, Response>,
  request: Request,
): Promise<Response> {
  const response = await handler(request, house);
  await whenDurable(house, house.journal.nextRevision - 1);
  return response;
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
