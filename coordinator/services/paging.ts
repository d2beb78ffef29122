/** Pages of sorted lists. A token names the last key that was shown, so that nothing is skipped or shown twice when rows come or go. */
import { createHash } from 'node:crypto';
import { RollcallError } from '../../shared/errors.ts';
import { PAGE_SIZE } from '../limits.ts';

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

/** How many rows a request asks for. @throws RollcallError for a negative number. */
export function pageSize(request: PageRequest): number {
  if (request.pageSize < 0)
    throw new RollcallError('ARGUMENT_INVALID', `page_size is ${request.pageSize}; use 1 to ${PAGE_SIZE.max}`);
  return request.pageSize === 0 ? PAGE_SIZE.usual : Math.min(request.pageSize, PAGE_SIZE.max);
}

/**
 * One page of keys in order. `query` is whatever tells this list from another; a token of another
 * query is refused.
 */
export function pageOfKeys(keys: readonly string[], request: PageRequest, query: string): Page<string> {
  const size = pageSize(request);
  const last = readPageToken(request.pageToken, query);
  const start = last === null ? 0 : firstAfter(keys, last);
  const items = keys.slice(start, start + size);
  const end = items.at(-1);
  const more = start + size < keys.length && end !== undefined;
  return { items, nextPageToken: more ? writePageToken(end, query) : '' };
}

export function writePageToken(lastKey: string, query: string): string {
  return Buffer.from(JSON.stringify([lastKey, checksum(lastKey, query)])).toString('base64url');
}

/** The last key shown; `null` without a token. @throws RollcallError for a token that is not ours, or of another query. */
export function readPageToken(token: string, query: string): string | null {
  if (token === '') return null;
  const lastKey = parse(token);
  // Written again, because base64 reads over whatever is none.
  if (lastKey !== null && writePageToken(lastKey, query) === token) return lastKey;
  throw new RollcallError(
    'PAGE_TOKEN_INVALID',
    'page_token was altered or belongs to another query; start again without it',
  );
}

function parse(token: string): string | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : null;
  } catch {
    return null;
  }
}

/** Guards against accidents, not against malice: whoever may list may list from any key. */
function checksum(lastKey: string, query: string): string {
  return createHash('sha256').update(`${query}\n${lastKey}`).digest('base64url').slice(0, 12);
}

/** Index of the first key that sorts after `last`; `keys` are sorted. */
function firstAfter(keys: readonly string[], last: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}
