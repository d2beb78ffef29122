/** Parts of an answer that a coordinator always gives. */
import { RollcallError } from '../../shared/errors.ts';

/** @throws RollcallError where the part is not there: the other end breaks the contract. */
export function present<Value>(value: Value | null, field: string): Value {
  if (value !== null) return value;
  throw new RollcallError('INTERNAL', `the answer of the coordinator lacks ${field}`);
}
