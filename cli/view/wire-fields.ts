/** Parts of an answer that a coordinator always gives. */

import { RollcallError } from '../../shared/errors.ts';
import { timeFromWire, type WireTime } from '../../shared/rpc/wire-time.ts';
import { isoTime } from '../output/time.ts';

/** @throws RollcallError where the part is not there: the other end breaks the contract. */
export function present<Value>(value: Value | null, field: string): Value {
  if (value !== null) return value;
  throw new RollcallError('INTERNAL', `the answer of the coordinator lacks ${field}`);
}

/** What `-o json` shows for a value that is not set or that only a newer coordinator knows. */
export const UNKNOWN = 'unknown';

/** RFC 3339 in UTC; `null` for a time that is not known. */
export function timeView(time: WireTime | null | undefined): string | null {
  return isoTime(timeFromWire(time));
}
