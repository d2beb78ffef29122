/** Limits text from a peer to a length that is suitable for logs, rows and answers. */
import { DETAIL_LENGTH_MAX } from '../limits.ts';

/** The beginning of the text, without half of a surrogate pair. */
export function truncate(text: string): string {
  if (text.length <= DETAIL_LENGTH_MAX) return text;
  const last = text.charCodeAt(DETAIL_LENGTH_MAX - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? DETAIL_LENGTH_MAX - 1 : DETAIL_LENGTH_MAX);
}

/** The text in quotation marks, with special characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(truncate(text));
}
