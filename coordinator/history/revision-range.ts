/** A stretch of the past between two moments, and the pages of whatever is told about it. */

import { type ListPage, readPlace, writePlace } from '../../shared/answers/list-page.ts';
import type { PageRequest } from '../../shared/answers/paging.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import type { AsOf as WireAsOf } from '../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { asOfToWire } from '../../shared/rpc/wire-moment.ts';
import { JournalError } from '../journal/journal-error.ts';
import { RANGE_LEAD_ROWS } from '../limits.ts';
import type { HistoryContext } from './history-context.ts';
import { asOfMoment, asOfRevision } from './requested-moment.ts';

export interface RevisionRange {
  readonly from: AsOf;
  readonly to: AsOf;
}

type RevisionRangeRequest = PageRequest & { readonly from: WireMoment | null; readonly to: WireMoment | null };

/**
 * Wraps a handler that pages through a stretch: every page is of the same one, whatever is recorded meanwhile. Where no start is
 * named, it is the oldest moment that is kept; a page that is asked for once that was let go of begins later than those before.
 */
export function listOfRange<Request extends RevisionRangeRequest, Items extends object>(
  method: string,
  handler: (
    request: Request,
    range: RevisionRange,
    lastKey: string,
    context: HistoryContext,
  ) => Promise<ListPage<Items>>,
) {
  return async (
    request: Request,
    context: HistoryContext,
  ): Promise<Items & { nextPageToken: string; from: WireAsOf; to: WireAsOf }> => {
    const last = readPlace(method, request);
    const [pinnedFrom = '0', ...key] = last?.lastKey.split(' ') ?? [];
    const named = request.from && (await pinned(request.from, 'from', context, Number(pinnedFrom)));
    const to = await pinned(request.to, 'to', context, last?.revision ?? 0);
    const answer = async (from: AsOf) => {
      // Between two rows the times alone tell; now may lie before both, where the clock was put back.
      const isReversed = from.revision > to.revision || (request.to !== null && from.timeMs > to.timeMs);
      if (isReversed) throw reversed(from, to);
      const page = await handler(request, { from, to }, key.join(' '), context);
      // Of what was let go meanwhile, some may be missing.
      await context.journal.history.assertKnown(from.revision);
      return { ...page, from };
    };
    const { items, lastKey, from } = await (named
      ? answer(named)
      : fromOldest(Number(pinnedFrom), to, context, answer));
    const place = lastKey === '' ? '' : `${from.revision} ${lastKey}`;
    const nextPageToken = writePlace(method, request, { lastKey: place, revision: to.revision });
    return { ...items, nextPageToken, from: asOfToWire(from), to: asOfToWire(to) };
  };
}

/**
 * Answers from the oldest moment that is kept, or a later one that the pages before began at. Where pruning overtakes it, it
 * begins anew there, and then further and further ahead of it, because pruning may be faster than any answer.
 */
async function fromOldest<Page>(
  pinnedRevision: number,
  to: AsOf,
  context: HistoryContext,
  answer: (from: AsOf) => Promise<Page>,
): Promise<Page> {
  const { history } = context.journal;
  for (let attempt = 0; ; attempt++) {
    const lead = attempt < 2 ? 0 : RANGE_LEAD_ROWS * 2 ** (attempt - 2);
    const { revision: horizon } = await history.horizon();
    const start = Math.max(1, pinnedRevision, Math.min(horizon + lead, to.revision));
    try {
      return await answer(await asOfRevision(start, context));
    } catch (error) {
      const isPruned = error instanceof JournalError && error.reason === 'before-retention';
      const { revision: reached } = await history.horizon();
      const isOvertaken = isPruned && start < reached && reached <= to.revision;
      if (!isOvertaken) throw error;
    }
  }
}

/** The moment asked for, or that the pages before were of; otherwise now, as far as it is on disk. */
async function pinned(at: WireMoment | null, field: string, context: HistoryContext, revision: number): Promise<AsOf> {
  const asked = await asOfMoment(at, field, context);
  if (revision > 0) return asOfRevision(revision, context, asked?.timeMs);
  return asked ?? asOfRevision(context.journal.durableRevision, context, context.clock.nowMs());
}

function reversed(from: AsOf, to: AsOf): RollcallError {
  const words = ({ timeMs, revision }: AsOf) => `(${new Date(timeMs).toISOString()}, revision ${revision})`;
  const message = `from ${words(from)} comes after to ${words(to)}; exchange the two`;
  return new RollcallError('ARGUMENT_INVALID', message);
}
