/** Errors of handlers as callers see them. */
import { RollcallError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logging.ts';
import { JournalError } from '../journal/base/journal-error.ts';

/**
 * Converts an error of the journal to the error that the caller sees. Any other unexpected error is a bug: it is logged in full,
 * because the caller only learns that it happened. `where`: path of the method.
 */
export function toCallError(error: unknown, log: Logger, where: string): unknown {
  const known = error instanceof JournalError ? fromJournalError(error) : error;
  if (!(known instanceof RollcallError)) log.error({ err: error, where }, 'bug: a handler failed');
  return known;
}

/** Errors that a query cannot cause are returned unchanged. */
function fromJournalError(error: JournalError): unknown {
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
      return new RollcallError('DRAINING', 'the coordinator is stopping');
    default:
      return error;
  }
}

/** The retention horizon, for programs. */
function horizonMetadata({ horizon }: JournalError): Record<string, string> {
  if (horizon === undefined) return {};
  return { revision: String(horizon.revision), recordTime: new Date(horizon.recordedMs).toISOString() };
}
