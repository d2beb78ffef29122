/** Pages of a list: what a handler returns, and the token at which the next page continues. */
import { type PageRequest, type PageToken, readPageToken, writePageToken } from './paging.ts';

export interface ListPage<Items> {
  readonly items: Items;
  /** Key of the last item; `''` on the last page. */
  readonly lastKey: string;
}

/** Where the previous page ended; `null` for the first page. @throws RollcallError PAGE_TOKEN_INVALID */
export function readPlace(method: string, request: PageRequest): PageToken | null {
  return readPageToken(request.pageToken, queryOf(method, request));
}

/** The token of the next page; `''` on the last page. */
export function writePlace(method: string, request: PageRequest, place: PageToken): string {
  return writePageToken(place, queryOf(method, request));
}

/** Everything that identifies the query; only the page differs. */
function queryOf(method: string, request: PageRequest): string {
  return `${method} ${JSON.stringify({ ...request, pageSize: undefined, pageToken: undefined })}`;
}
