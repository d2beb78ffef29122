/** Pages of sorted lists. A token names the last key that was shown, so that nothing is skipped or shown twice when rows come or go. */
import { createHash } from 'node:crypto';
import { RollcallError } from '../errors.ts';
import { PAGE_SIZE } from './limits.ts';

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

export interface Page {
  readonly items: readonly string[];
  /** Where the next page goes on; `''` at the end. */
  readonly lastKey: string;
}

/** How many rows a request asks for. @throws RollcallError for a negative number. */
export function pageSize(request: PageRequest): number {
  if (request.pageSize < 0)
    throw new RollcallError('ARGUMENT_INVALID', `page_size is ${request.pageSize}; use 1 to ${PAGE_SIZE.max}`);
  return request.pageSize === 0 ? PAGE_SIZE.usual : Math.min(request.pageSize, PAGE_SIZE.max);
}

/** Where a page goes on, of which question, and of which moment. */
export interface PageToken {
  /** The last key that was shown. */
  readonly lastKey: string;
  /** The revision that every page is of; 0 where each page is of the moment at which it is read. */
  readonly revision: number;
}

/** One page of keys in order, after the last one that was shown. */
export function pageOfKeys(keys: readonly string[], request: PageRequest, last: PageToken | null): Page {
  const size = pageSize(request);
  const start = last === null ? 0 : firstAfter(keys, last.lastKey);
  const items = keys.slice(start, start + size);
  return { items, lastKey: start + size < keys.length ? (items.at(-1) ?? '') : '' };
}

/** `query`: whatever tells this question from another. An empty last key: there is no more. */
export function writePageToken({ lastKey, revision }: PageToken, query: string): string {
  if (lastKey === '') return '';
  return Buffer.from(JSON.stringify([lastKey, revision, checksum(lastKey, revision, query)])).toString('base64url');
}

/** `null` without a token. @throws RollcallError for a token that is not ours, or of another query. */
export function readPageToken(token: string, query: string): PageToken | null {
  if (token === '') return null;
  const read = parse(token);
  // Written again, because base64 reads over whatever is none.
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

/** Guards against accidents, not against malice: whoever may list may list from any key. */
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
