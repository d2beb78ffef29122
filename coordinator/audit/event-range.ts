/** The range of events of an audit request. */
import { RollcallError } from '../../shared/errors.ts';
import type { EventRange__Output } from '../../shared/rpc/generated/rollcall/v1/EventRange.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import { requestTime } from '../history/request-time.ts';
import type { AuditRange } from '../journal/maintenance/audit.ts';
import type { AuditDependencies } from './audit-journal.ts';

/** @throws RollcallError for an invalid range, or a JournalError for times that were pruned or are in the future */
export async function auditRange(
  range: EventRange__Output | null,
  { journal }: Pick<AuditDependencies, 'journal'>,
): Promise<AuditRange> {
  if (range === null) return {};
  const { history } = journal;
  const { sinceTime, untilTime } = range;
  const [after, through] = [Number(range.afterRevision), Number(range.throughRevision)];
  if (after < 0 || through < 0) {
    throw new RollcallError('ARGUMENT_INVALID', `range is from ${after} to ${through}; revisions begin at 1`);
  }
  // Times are whole milliseconds, so the events before a time are those up to the millisecond before it.
  const since = sinceTime ? await history.revisionAt(requestTime(timeFromWire(sinceTime), 'since_time') - 1) : 0;
  const until = untilTime
    ? await history.revisionAt(requestTime(timeFromWire(untilTime), 'until_time') - 1)
    : Number.MAX_SAFE_INTEGER;
  const afterRevision = Math.max(after, since);
  const throughRevision = Math.min(through || Number.MAX_SAFE_INTEGER, until);
  return { ...(afterRevision > 0 && { afterRevision }), throughRevision };
}
