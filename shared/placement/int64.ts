/** Parses signed 64-bit decimal integers as Kubernetes does. */

const DECIMAL = /^[+-]?[0-9]+$/;
/** A JavaScript number represents every integer with this number of characters exactly. */
const EXACT_LENGTH_MAX = 15;
/** A 64-bit integer has at most this number of digits, so longer text is rejected without conversion. */
const INT64_DIGITS_MAX = 19;

export const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Parses `text` as a base-10 integer with an optional sign and leading zeros. Returns `null` if it is not an
 * integer or does not fit in 64 bits (Go's strconv.ParseInt). Numbers and bigints compare exactly.
 */
export function parseInt64(text: string): number | bigint | null {
  if (!DECIMAL.test(text)) return null;
  if (text.length <= EXACT_LENGTH_MAX) return Number(text);
  const negative = text.startsWith('-');
  const digits = text.replace(/^[+-]?0*/, '');
  if (digits.length > INT64_DIGITS_MAX) return null;
  const value = negative ? -BigInt(digits) : BigInt(digits);
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}
