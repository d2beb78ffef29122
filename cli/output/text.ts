/** What comes from files and agents must not move the cursor, clear the screen or break a table. */

/** Without line breaks and without anything that a terminal would obey. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}

/** The same for text that is laid out already: keeps line breaks and colours. */
export function printable(text: string): string {
  return text.replace(/(\n|\p{Cc}\[\d+m)|[\p{Cc}\p{Cf}]/gu, (_, kept?: string) => kept ?? ' ');
}
