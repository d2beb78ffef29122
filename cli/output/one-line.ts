/** What comes from files and agents must not move the cursor, change colours or break a table. */

export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');
}
