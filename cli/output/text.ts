/** Makes text safe for terminals: text from files and agents must not move the cursor, clear the screen or break a table. */

/** Replaces line breaks and control characters with spaces. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

/** Replaces control characters except line breaks and colors. */
export function printable(text: string): string {
  return text.replace(/(\n|\p{Cc}\[\d+m)|[\p{Cc}\p{Cf}]/gu, (_, kept?: string) => kept ?? ' ');
}
