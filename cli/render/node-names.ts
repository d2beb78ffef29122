/** Lists of names in a sentence: a few, and how many more. */

/** So many fit on a line beside their reason. */
const NAMES_MAX = 5;

export function nodeNames(names: readonly string[], wide: boolean): string {
  if (wide || names.length <= NAMES_MAX + 1) return names.join(', ');
  return `${names.slice(0, NAMES_MAX).join(', ')} and ${names.length - NAMES_MAX} more`;
}
