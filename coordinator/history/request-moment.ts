/** The moment that a request names, as a revision of the journal. */
import { RollcallError } from '../../shared/errors.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { momentFromWire } from '../../shared/rpc/wire-moment.ts';
import type { JournalPart } from './journal-reads.ts';
import { requestTime } from './request-time.ts';

export interface MomentDependencies {
  readonly journal: JournalPart<'eventsAt', 'revisionAt' | 'assertRecorded' | 'horizon'>;
}

/**
 * The moment of `field`; `null` if the field is not set.
 * @throws RollcallError, or a JournalError for a moment that was pruned or is in the future
 */
export async function asOfMoment(
  at: WireMoment | null,
  field: string,
  dependencies: MomentDependencies,
): Promise<AsOf | null> {
  const moment = momentFromWire(at);
  if (moment === null) return null;
  if ('revision' in moment) {
    if (moment.revision >= 1) return asOfRevision(moment.revision, dependencies);
    throw new RollcallError('ARGUMENT_INVALID', `${field}.revision is ${moment.revision}; use 1 or more`);
  }
  const { journal } = dependencies;
  const revision = await journal.history.revisionAt(requestTime(moment.timeMs, `${field}.time`));
  if (revision > 0) return asOfRevision(revision, dependencies, moment.timeMs);
  const [first] = await journal.eventsAt([1]);
  const begin = first === undefined ? 'is empty' : `begins at ${new Date(first.recordedMs).toISOString()}`;
  const time = new Date(moment.timeMs).toISOString();
  throw new RollcallError('BEFORE_RETENTION', `${time} is before the first event: the journal ${begin}`);
}

/** `timeMs`: the time that the request names; 0 for the time at which the event was recorded. @throws JournalError */
export async function asOfRevision(revision: number, { journal }: MomentDependencies, timeMs = 0): Promise<AsOf> {
  await journal.history.assertRecorded(revision);
  const horizon = await journal.history.horizon();
  const [event] = await journal.eventsAt([revision]);
  const recordedMs = event?.recordedMs ?? horizon.recordedMs;
  return { revision, timeMs: timeMs === 0 ? recordedMs : timeMs, recordedMs, isFromJournal: true };
}
