/** Times that a question names. */
import { RollcallError } from '../../shared/errors.ts';
import { TIMESTAMP_MS } from '../../shared/rpc/wire-time.ts';

/** `timeMs` as it was asked for in `field`. @throws RollcallError for what no calendar has */
export function askedTime(timeMs: number, field: string): number {
  if (timeMs >= TIMESTAMP_MS.min && timeMs <= TIMESTAMP_MS.max) return timeMs;
  throw new RollcallError('ARGUMENT_INVALID', `${field} is no time of the years 1 to 9999`);
}
