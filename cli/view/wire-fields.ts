/** Reads fields that several messages of the contract share. */

import { RollcallError } from '../../shared/errors.ts';
import { timeFromWire, type WireTime } from '../../shared/rpc/wire-time.ts';
import { isoTime } from '../output/time.ts';

/** Returns a field that the contract requires. @throws RollcallError if it is missing */
export function present<Value>(value: Value | null, field: string): Value {
  if (value !== null) return value;
  throw new RollcallError('INTERNAL', `the response of the coordinator lacks the field ${field}`);
}

/** What `-o json` shows for a value that is not set or that only a newer coordinator knows. */
export const UNKNOWN = 'unknown';

/** RFC 3339 in UTC; `null` for an unknown time. */
export function timeView(time: WireTime | null | undefined): string | null {
  return isoTime(timeFromWire(time));
}
