/** Errors of the journal that are not bugs. Each message is one sentence that says what is wrong and what to do. */
import { plural } from '../../../shared/plural.ts';
import { errorCodec } from '../../threads/thread-errors.ts';

export type JournalErrorReason =
  | 'newer-schema'
  | 'altered-migration'
  | 'not-a-journal'
  | 'unwritable'
  | 'in-use'
  | 'damaged'
  | 'disk-failed'
  | 'overloaded'
  | 'before-retention'
  | 'not-recorded-yet'
  | 'too-broad'
  | 'wrong-backup'
  | 'closed';

export interface RetentionHorizon {
  readonly revision: number;
  readonly recordedMs: number;
}

export class JournalError extends Error {
  readonly reason: JournalErrorReason;
  /** With `before-retention`: the newest row that was pruned, and when it was recorded. */
  readonly horizon: RetentionHorizon | undefined;

  constructor(reason: JournalErrorReason, message: string, facts: { horizon?: RetentionHorizon | undefined } = {}) {
    super(message);
    this.name = 'JournalError';
    this.reason = reason;
    this.horizon = facts.horizon;
  }
}

/** Restores a JournalError that crosses between threads. */
export const JOURNAL_ERRORS = errorCodec(
  JournalError,
  ({ reason, horizon }) => ({ reason, horizon }),
  (message, { reason, horizon }) => new JournalError(reason, message, { horizon }),
);

export function tooManyDaemonSets(limit: number): JournalError {
  return new JournalError('too-broad', `the query covers more than ${plural(limit, 'DaemonSet')}; select one of them`);
}

/** The error code of SQLite or the system, for example `SQLITE_FULL` or `EACCES`; `''` without a code. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
