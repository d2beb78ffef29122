/** Parses Kubernetes resource quantities (`100m`, `200Mi`, `1e3`) into exact integers. */

/** Longer numbers are clamped, so that a huge exponent is cheap. */
const DIGITS_MAX = 64;
const LARGEST_NANO = 10n ** BigInt(DIGITS_MAX + 20);

const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?(?:([eE])([+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

/** The quantity in nano units, rounded away from zero; `null` if it is not valid (Kubernetes apimachinery resource/quantity.go). */
export function parseQuantity(value: string | number): bigint | null {
  const text = typeof value === 'string' ? value.trim() : String(value);
  const match = QUANTITY.exec(text);
  // Kubernetes reads a suffix or a decimal point alone as zero. Only an empty string is not valid.
  if (match === null || text === '') return null;
  const [, sign, whole = '', fraction = '', exponential, exponentDigits = '', suffix = ''] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const exponent = exponential === undefined ? (DECIMAL_EXPONENTS[suffix] ?? 0) : Number(exponentDigits);
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 2 ** 31) return null;
  const magnitude = inNano(digits, exponent - fraction.length + 9, BINARY_EXPONENTS[suffix] ?? 0);
  return sign === '-' ? -magnitude : magnitude;
}

function inNano(digits: string, decimalExponent: number, binaryExponent: number): bigint {
  if (digits === '') return 0n;
  const magnitude = digits.length + decimalExponent;
  if (magnitude > DIGITS_MAX) return LARGEST_NANO;
  if (magnitude < -DIGITS_MAX) return 1n;
  const kept = digits.slice(0, DIGITS_MAX * 2);
  const shift = decimalExponent + (digits.length - kept.length);
  const binary = 2n ** BigInt(binaryExponent);
  return shift >= 0
    ? BigInt(kept) * binary * 10n ** BigInt(shift)
    : divideUp(BigInt(kept) * binary, 10n ** BigInt(-shift));
}

function divideUp(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}

/** Whether the quantity, in nano units, is an integer. As in Kubernetes, rounds up to milli units first. */
export function isWholeQuantity(nano: bigint): boolean {
  const milli = divideUp(nano < 0n ? -nano : nano, 1_000_000n);
  return milli % 1000n === 0n;
}
