/** Compares the resource versions of two copies of one object. */

const DECIMAL = /^\d+$/;

/**
 * Positive if `left` is newer, negative if it is older, 0 if they are equal; `null` if they are not comparable, because one is
 * the digest of a file. The numbers come from one API server (KEP-5504). They are compared only between two watchers
 * of the same object, never within one watch.
 */
export function compareResourceVersions(left: string, right: string): number | null {
  if (!DECIMAL.test(left) || !DECIMAL.test(right)) return null;
  const difference = BigInt(left) - BigInt(right);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
