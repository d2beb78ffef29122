/** Text that came from a peer, made fit for logs, rows and answers: no longer than a line, and no half characters. */
import { DETAIL_LENGTH_MAX } from '../limits.ts';

/** The first part of a long text. */
export function truncate(text: string): string {
  if (text.length <= DETAIL_LENGTH_MAX) return text;
  const last = text.charCodeAt(DETAIL_LENGTH_MAX - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? DETAIL_LENGTH_MAX - 1 : DETAIL_LENGTH_MAX);
}

/** A text in quotation marks, in which nothing can be mistaken for the sentence around it. */
export function quote(text: string): string {
  return JSON.stringify(truncate(text));
}
