/** Pages of sorted lists. A token contains the last key of its page: no item is skipped or repeated if others are added or removed. */
import { createHash } from 'node:crypto';
import { RollcallError } from '../errors.ts';
import { PAGE_SIZE } from './limits.ts';

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface Page {
  readonly items: readonly string[];
  /** Key after which the next page begins; `''` on the last page. */
  readonly lastKey: string;
}

/** Number of rows that a request sets. @throws RollcallError ARGUMENT_INVALID for a negative number */
export function pageSize(request: PageRequest): number {
  if (request.pageSize < 0)
    throw new RollcallError('ARGUMENT_INVALID', `page_size is ${request.pageSize}; use 1 to ${PAGE_SIZE.max}`);
  return request.pageSize === 0 ? PAGE_SIZE.usual : Math.min(request.pageSize, PAGE_SIZE.max);
}

/** Where the next page begins. */
export interface PageToken {
  /** Key of the last item of the previous page. */
  readonly lastKey: string;
  /** The revision of all pages; 0 if each page shows the moment at which it is read. */
  readonly revision: number;
}

/** One page of sorted keys, after the last key of the previous page. */
export function pageOfKeys(keys: readonly string[], request: PageRequest, last: PageToken | null): Page {
  const size = pageSize(request);
  const start = last === null ? 0 : firstAfter(keys, last.lastKey);
  const items = keys.slice(start, start + size);
  return { items, lastKey: start + size < keys.length ? (items.at(-1) ?? '') : '' };
}

/** `query`: identifies the query. Returns `''` if the last key is empty, which means that there are no more pages. */
export function writePageToken({ lastKey, revision }: PageToken, query: string): string {
  if (lastKey === '') return '';
  return Buffer.from(JSON.stringify([lastKey, revision, checksum(lastKey, revision, query)])).toString('base64url');
}

/** `null` without a token. @throws RollcallError PAGE_TOKEN_INVALID for an altered token, or a token of another query */
export function readPageToken(token: string, query: string): PageToken | null {
  if (token === '') return null;
  const read = parse(token);
  // Written again, because the base64 decoder ignores invalid characters.
  if (read !== null && writePageToken(read, query) === token) return read;
  throw new RollcallError(
    'PAGE_TOKEN_INVALID',
    'page_token was altered or belongs to another query; start again without it',
  );
}

function parse(token: string): PageToken | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (!Array.isArray(value)) return null;
    const [lastKey, revision] = value as unknown[];
    return typeof lastKey === 'string' && typeof revision === 'number' ? { lastKey, revision } : null;
  } catch {
    return null;
  }
}

/** Protects from accidents, not from attacks: a caller that may list may begin at any key. */
function checksum(lastKey: string, revision: number, query: string): string {
  return createHash('sha256').update(`${query}\n${revision}\n${lastKey}`).digest('base64url').slice(0, 12);
}

/** Index of the first key that sorts after `last`; `keys` are sorted. */
export function firstAfter(keys: readonly string[], last: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') <= last) low = middle + 1;
    else high = middle;
  }
  return low;
}
