/** Guards values that exist only while a journal is open. */

export function opened<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the journal is not open');
  return value;
}
