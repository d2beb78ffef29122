/** Which part of the record a request means. */
import { RollcallError } from '../../shared/errors.ts';
import type { EventRange__Output } from '../../shared/rpc/generated/rollcall/v1/EventRange.ts';
import { timeFromWire } from '../../shared/rpc/wire-time.ts';
import { askedTime } from '../history/requested-time.ts';
import type { AuditRange } from '../journal/maintenance/audit.ts';
import type { CoordinatorContext } from '../server/coordinator-context.ts';

/** @throws RollcallError for a part that is none, or a JournalError for times that were pruned or have not come yet. */
export async function auditRange(
  range: EventRange__Output | null,
  { journal }: CoordinatorContext,
): Promise<AuditRange> {
  if (range === null) return {};
  const { history } = journal;
  const { sinceTime, untilTime } = range;
  const [after, through] = [Number(range.afterRevision), Number(range.throughRevision)];
  if (after < 0 || through < 0) {
    throw new RollcallError('ARGUMENT_INVALID', `range is from ${after} to ${through}; revisions begin at 1`);
  }
  // Times are whole milliseconds: what was recorded by the one before is what was recorded before.
  const since = sinceTime ? await history.revisionAt(askedTime(timeFromWire(sinceTime), 'since_time') - 1) : 0;
  const until = untilTime
    ? await history.revisionAt(askedTime(timeFromWire(untilTime), 'until_time') - 1)
    : Number.MAX_SAFE_INTEGER;
  const afterRevision = Math.max(after, since);
  const throughRevision = Math.min(through || Number.MAX_SAFE_INTEGER, until);
  return { ...(afterRevision > 0 && { afterRevision }), throughRevision };
}
