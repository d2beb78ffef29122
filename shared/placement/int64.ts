/** Signed 64-bit decimal integers as text, read as Kubernetes reads them. */

const DECIMAL = /^[+-]?[0-9]+$/;
/** Every integer of so many characters is exact as a JavaScript number. */
const EXACT_LENGTH_MAX = 15;
/** No integer of 64 bits has more digits, so longer text need not be converted to be refused. */
const INT64_DIGITS_MAX = 19;

export const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * The integer that `text` is in base 10, with an optional sign and any leading zeros; `null` where it
 * is none or needs more than 64 bits (Go's strconv.ParseInt). Numbers and bigints compare exactly.
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
