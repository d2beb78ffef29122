/** The characters of generated names: no vowels, to avoid words (apimachinery util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** One character for each number. */
export function nameCharacters(numbers: Iterable<number>): string {
  return Array.from(numbers, (number) => ALPHABET.charAt(number % ALPHABET.length)).join('');
}
