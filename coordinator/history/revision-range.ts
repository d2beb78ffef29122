/** Answers about the range between two moments, in pages. */
import { type ListPage, readPlace, writePlace } from '../../shared/answers/list-page.ts';
import type { PageRequest } from '../../shared/answers/paging.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { AsOf as WireAsOf } from '../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import { JournalError } from '../journal/base/journal-error.ts';
import { RANGE_LEAD_ROWS } from '../limits.ts';
import type { JournalPart } from './journal-reads.ts';
import { asOfMoment, asOfRevision, type MomentDependencies } from './request-moment.ts';

export interface RangeDependencies extends MomentDependencies {
  readonly journal: MomentDependencies['journal'] & JournalPart<'durableRevision', never>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

export interface RevisionRange {
  readonly from: AsOf;
  readonly to: AsOf;
}

type RevisionRangeRequest = PageRequest & { readonly from: WireMoment | null; readonly to: WireMoment | null };

/**
 * Wraps a handler that lists a range: all pages are of the same range, regardless of what is recorded meanwhile. Without `from`,
 * the range begins at the retention horizon; if that moves between two pages, the later page begins later.
 */
export function pageFromRange<
  Request extends RevisionRangeRequest,
  Items extends object,
  Dependencies extends RangeDependencies,
>(
  method: string,
  handler: (
    request: Request,
    range: RevisionRange,
    lastKey: string,
    dependencies: Dependencies,
  ) => Promise<ListPage<Items>>,
) {
  return async (
    request: Request,
    dependencies: Dependencies,
  ): Promise<Items & { nextPageToken: string; from: WireAsOf; to: WireAsOf }> => {
    const last = readPlace(method, request);
    const [pinnedFrom = '0', ...key] = last?.lastKey.split(' ') ?? [];
    const named = request.from && (await pinned(request.from, 'from', dependencies, Number(pinnedFrom)));
    const to = await pinned(request.to, 'to', dependencies, last?.revision ?? 0);
    const answer = async (from: AsOf) => {
      // Between two events only the times differ. Now may be before both if the clock was set back.
      const isReversed = from.revision > to.revision || (request.to !== null && from.timeMs > to.timeMs);
      if (isReversed) throw reversed(from, to);
      const page = await handler(request, { from, to }, key.join(' '), dependencies);
      // If events were pruned meanwhile, the page may be incomplete.
      await dependencies.journal.history.assertRecorded(from.revision);
      return { ...page, from };
    };
    const { items, lastKey, from } = await (named
      ? answer(named)
      : fromOldest(Number(pinnedFrom), to, dependencies, answer));
    const place = lastKey === '' ? '' : `${from.revision} ${lastKey}`;
    const nextPageToken = writePlace(method, request, { lastKey: place, revision: to.revision });
    return { ...items, nextPageToken, from: asOfToWire(from), to: asOfToWire(to) };
  };
}

/**
 * Answers from the retention horizon, or from the later start of the previous pages. If pruning overtakes the answer, it starts
 * again at the new horizon, and then further and further ahead of it, because pruning may be faster than any answer.
 */
async function fromOldest<Page>(
  pinnedRevision: number,
  to: AsOf,
  dependencies: RangeDependencies,
  answer: (from: AsOf) => Promise<Page>,
): Promise<Page> {
  const { history } = dependencies.journal;
  for (let attempt = 0; ; attempt++) {
    const lead = attempt < 2 ? 0 : RANGE_LEAD_ROWS * 2 ** (attempt - 2);
    const { revision: horizon } = await history.horizon();
    const start = Math.max(1, pinnedRevision, Math.min(horizon + lead, to.revision));
    try {
      return await answer(await asOfRevision(start, dependencies));
    } catch (error) {
      const isPruned = error instanceof JournalError && error.reason === 'before-retention';
      const { revision: reached } = await history.horizon();
      const isOvertaken = isPruned && start < reached && reached <= to.revision;
      if (!isOvertaken) throw error;
    }
  }
}

/** The end of the previous pages or, for the first page, the moment of the field; by default the newest durable event. */
async function pinned(
  at: WireMoment | null,
  field: string,
  dependencies: RangeDependencies,
  revision: number,
): Promise<AsOf> {
  const named = await asOfMoment(at, field, dependencies);
  if (revision > 0) return asOfRevision(revision, dependencies, named?.timeMs);
  return named ?? asOfRevision(dependencies.journal.durableRevision, dependencies, dependencies.clock.nowMs());
}

function reversed(from: AsOf, to: AsOf): RollcallError {
  const words = ({ timeMs, revision }: AsOf) => `(${new Date(timeMs).toISOString()}, revision ${revision})`;
  const message = `'from' ${words(from)} is later than 'to' ${words(to)}; swap the two moments`;
  return new RollcallError('ARGUMENT_INVALID', message);
}
