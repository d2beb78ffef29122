/** Times in requests. */
import { RollcallError } from '../../shared/errors.ts';
import { TIMESTAMP_MS } from '../../shared/rpc/wire-time.ts';

/** Returns `timeMs`, the value of `field`. @throws RollcallError ARGUMENT_INVALID for a time outside of the years 1 to 9999 */
export function requestTime(timeMs: number, field: string): number {
  if (timeMs >= TIMESTAMP_MS.min && timeMs <= TIMESTAMP_MS.max) return timeMs;
  throw new RollcallError('ARGUMENT_INVALID', `${field} is not a valid time; use a time of the years 1 to 9999`);
}
