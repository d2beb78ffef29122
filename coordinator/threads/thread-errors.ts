/** What of an error survives the way between threads: expected ones come out as what they went in as. */
import { type ErrorReason, RollcallError } from '../../shared/errors.ts';
import { JournalError, type JournalErrorReason, type RetentionHorizon } from '../journal/journal-error.ts';

export interface ErrorFacts {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a JournalError. */
  readonly journal?: { readonly reason: JournalErrorReason; readonly horizon: RetentionHorizon | undefined };
  /** Of a RollcallError. */
  readonly rollcall?: {
    readonly reason: ErrorReason;
    readonly metadata: Record<string, string>;
    readonly retryAfterMs?: number;
  };
}

export function errorFacts(error: unknown): ErrorFacts {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  if (error instanceof JournalError) {
    return { message, stack, journal: { reason: error.reason, horizon: error.horizon } };
  }
  if (error instanceof RollcallError) {
    const { reason, metadata, retryAfterMs } = error;
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { message, stack, rollcall: { reason, metadata: { ...metadata }, ...retry } };
  }
  return { message, stack };
}

export function errorOf(facts: ErrorFacts): Error {
  const error = anew(facts);
  if (facts.stack !== undefined) error.stack = facts.stack;
  return error;
}

function anew({ message, journal, rollcall }: ErrorFacts): Error {
  if (journal) return new JournalError(journal.reason, message, { horizon: journal.horizon });
  if (rollcall) return new RollcallError(rollcall.reason, message, rollcall);
  return new Error(message);
}
