/** Which of two states of one object is the newer, where their names can tell. */

const DECIMAL = /^\d+$/;

/**
 * Above zero where `left` is newer, below where it is older, zero where they are the same; `null` where nobody
 * can tell, because one of them is a file's digest. The numbers are one API server's (KEP-5504), and only
 * ever compared between two who watch the same object, never along one watch.
 */
export function compareResourceVersions(left: string, right: string): number | null {
  if (!DECIMAL.test(left) || !DECIMAL.test(right)) return null;
  const difference = BigInt(left) - BigInt(right);
  return difference === 0n ? 0 : difference > 0n ? 1 : -1;
}
