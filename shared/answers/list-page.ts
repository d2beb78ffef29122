/** Lists in pages: what a handler of a list gives, and where its next page goes on. */

import type { ClusterSnapshot } from '../model/cluster-snapshot.ts';
import type { Moment__Output as WireMoment } from '../rpc/generated/rollcall/v1/Moment.ts';
import { type PageRequest, type PageToken, readPageToken, writePageToken } from './paging.ts';

/** A page of a list of one moment is asked for. */
export type ListRequest = PageRequest & { readonly at: WireMoment | null };

/** What a page holds, and the key of its last item; `''` where there is no more. */
export interface ListPage<Items> {
  readonly items: Items;
  readonly lastKey: string;
}

export type ListHandler<Request, Items, CoordinatorContext> = (
  request: Request,
  snapshot: ClusterSnapshot,
  last: PageToken | null,
  context: CoordinatorContext,
) => Promise<ListPage<Items>>;

/** Where the page before ended; `null` for the first. @throws RollcallError for the token of another question. */
export function readPlace(method: string, request: PageRequest): PageToken | null {
  return readPageToken(request.pageToken, questionOf(method, request));
}

/** The token of the next page; `''` where there is none. */
export function writePlace(method: string, request: PageRequest, place: PageToken): string {
  return writePageToken(place, questionOf(method, request));
}

/** Whatever tells a question from another: everything in it but which page is wanted. */
function questionOf(method: string, request: PageRequest): string {
  return `${method} ${JSON.stringify({ ...request, pageSize: undefined, pageToken: undefined })}`;
}
