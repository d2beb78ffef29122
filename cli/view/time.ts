/** Times of the contract as documents show them. */
import { timeFromWire, type WireTime } from '../../shared/rpc/wire-time.ts';
import { isoTime } from '../output/time.ts';

/** RFC 3339 in UTC; `null` for a time that is not known. */
export function timeView(time: WireTime | null | undefined): string | null {
  return isoTime(timeFromWire(time));
}
