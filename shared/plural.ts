/** Counts with their nouns, so that "1 node" and "2 nodes" agree everywhere. */

/** `1 node`, `2 nodes`; `plural(2, 'entry', 'entries')` for an irregular noun. */
export function plural(count: number, noun: string, pluralNoun = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : pluralNoun}`;
}
