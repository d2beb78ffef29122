/** Parses one line of a watch. */
import { isObject } from '../kubernetes/unvalidated-fields.ts';
import { ApiServerError, messageOf } from './api-server-error.ts';

export type WatchEvent =
  | { readonly type: 'applied' | 'removed'; readonly object: RawObject }
  /** There are no further events up to this resource version. */
  | { readonly type: 'bookmark'; readonly object: RawObject };

/** An object as the API server sent it. Only its name, namespace, uid and resource version are validated. */
export interface RawObject {
  readonly metadata: RawMetadata;
  readonly [field: string]: unknown;
}

export interface RawMetadata {
  readonly name: string;
  /** `''` or absent for cluster-scoped objects. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion: string;
  readonly [field: string]: unknown;
}

const TYPES: ReadonlyMap<unknown, WatchEvent['type']> = new Map([
  ['ADDED', 'applied'],
  ['MODIFIED', 'applied'],
  ['DELETED', 'removed'],
  ['BOOKMARK', 'bookmark'],
]);

/** @throws ApiServerError for a line that is not an event, and for an event of type ERROR. */
export function readWatchEvent(line: string): WatchEvent {
  const event = parse(line);
  if (event['type'] === 'ERROR') throw errorOf(event['object']);
  const type = TYPES.get(event['type']);
  if (type === undefined)
    throw new ApiServerError('garbled', `a watch sent an event of unknown type ${String(event['type'])}`);
  const object = event['object'];
  // The metadata of a bookmark contains only a resource version.
  if (type === 'bookmark' && isObject(object) && isObject(object['metadata'])) {
    return { type, object: rawObject({ ...object, metadata: { name: 'bookmark', ...object['metadata'] } }) };
  }
  return { type, object: rawObject(object) };
}

/** @throws ApiServerError if the object has no name or resource version. */
export function rawObject(object: unknown): RawObject {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const isWhole =
    isObject(metadata) &&
    isText(metadata['name']) &&
    isText(metadata['resourceVersion']) &&
    [metadata['namespace'], metadata['uid']].every((one) => one === undefined || typeof one === 'string');
  if (!isWhole) throw new ApiServerError('garbled', 'the API server sent an object without a name or resource version');
  return object as RawObject;
}

function parse(line: string): Record<string, unknown> {
  try {
    const event: unknown = JSON.parse(line);
    if (isObject(event)) return event;
  } catch {
    // The error below omits the line, because it can contain secrets.
  }
  throw new ApiServerError('garbled', 'a watch sent a line that is not an event');
}

/** After any ERROR event a watch cannot continue from its resource version. */
function errorOf(status: unknown): ApiServerError {
  return new ApiServerError('expired', `the API server closed a watch: ${messageOf(status) || 'no reason given'}`);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
