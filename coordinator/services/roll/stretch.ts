/** A stretch of the past between two moments, and the pages of whatever is told about it. */
import { RollcallError } from '../../../shared/errors.ts';
import type { AsOf as WireAsOf } from '../../../shared/rpc/generated/rollcall/v1/AsOf.ts';
import type { Moment__Output as WireMoment } from '../../../shared/rpc/generated/rollcall/v1/Moment.ts';
import { type AsOf, asOfToWire } from '../../../shared/rpc/wire-moment.ts';
import { type ListPage, readPlace, writePlace } from '../list-page.ts';
import type { PageRequest } from '../paging.ts';
import type { AnsweringHouse } from '../record/recorded-house.ts';
import { asOfMoment, asOfRevision } from './moment.ts';

export interface Stretch {
  readonly from: AsOf;
  readonly to: AsOf;
}

type StretchRequest = PageRequest & { readonly from: WireMoment | null; readonly to: WireMoment | null };

/** Wraps a handler that pages through a stretch: every page is of the same one, whatever is recorded meanwhile. */
export function listOfStretch<Request extends StretchRequest, Items extends object>(
  method: string,
  defaultFrom: (house: AnsweringHouse) => Promise<AsOf>,
  handler: (request: Request, stretch: Stretch, lastKey: string, house: AnsweringHouse) => Promise<ListPage<Items>>,
) {
  return async (
    request: Request,
    house: AnsweringHouse,
  ): Promise<Items & { nextPageToken: string; from: WireAsOf; to: WireAsOf }> => {
    const last = readPlace(method, request);
    const [pinnedFrom = '0', ...key] = last?.lastKey.split(' ') ?? [];
    const from = await pinned(request.from, 'from', house, Number(pinnedFrom), defaultFrom);
    const to = await pinned(request.to, 'to', house, last?.revision ?? 0, newest);
    // Between two rows the times alone tell; now may lie before both, where the clock was put back.
    const isReversed = from.revision > to.revision || (request.to !== null && from.timeMs > to.timeMs);
    if (isReversed) throw reversed(from, to);
    const { items, lastKey } = await handler(request, { from, to }, key.join(' '), house);
    const place = lastKey === '' ? '' : `${from.revision} ${lastKey}`;
    const nextPageToken = writePlace(method, request, { lastKey: place, revision: to.revision });
    return { ...items, nextPageToken, from: asOfToWire(from), to: asOfToWire(to) };
  };
}

async function pinned(
  at: WireMoment | null,
  field: string,
  house: AnsweringHouse,
  revision: number,
  otherwise: (house: AnsweringHouse) => Promise<AsOf>,
): Promise<AsOf> {
  const asked = await asOfMoment(at, field, house);
  if (revision > 0) return asOfRevision(revision, house, asked?.timeMs);
  return asked ?? otherwise(house);
}

/** Now, as far as it is on disk. */
function newest(house: AnsweringHouse): Promise<AsOf> {
  return asOfRevision(house.journal.durableRevision, house, house.clock.nowMs());
}

function reversed(from: AsOf, to: AsOf): RollcallError {
  const words = ({ timeMs, revision }: AsOf) => `(${new Date(timeMs).toISOString()}, revision ${revision})`;
  const message = `from ${words(from)} comes after to ${words(to)}; exchange the two`;
  return new RollcallError('ARGUMENT_INVALID', message);
}
