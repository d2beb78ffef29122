/**
 * Computes the hash that links a row to the previous row: SHA-256 of the previous hash and the canonical text of the row, a JSON array
 * of its number, times, words and names. A renamed node therefore breaks the chain, as a changed verdict does (docs/journal.md, "The
 * canonical text").
 */
import { hash } from 'node:crypto';
import type { Trigger } from './events.ts';
import type { Row } from './row.ts';
import { ACTIONS, KINDS, TRIGGERS, VERDICTS } from './vocabulary.ts';

const HASH_BYTES = 32;

/** Quoted names that are cached. A full cache is cleared. */
const QUOTED_NAMES_MAX = 200_000;

/**
 * Follows a chain. It allocates only the text of each row: the hash of a row overwrites the previous hash, at the place where the text
 * of the next row follows it.
 */
export class ChainHasher {
  readonly #quoted = new Map<string, string>();
  #bytes = Buffer.alloc(16 * 1024);
  #head = this.#bytes.subarray(0, HASH_BYTES);

  /** Continues after a row with this hash. */
  startFrom(head: Uint8Array): void {
    this.#head.set(head);
  }

  /** The hash of the newest row. The next row overwrites these bytes; copy them to keep them. */
  get head(): Buffer {
    return this.#head;
  }

  append(revision: number, row: Row): void {
    const text = this.#canonicalText(revision, row);
    // A UTF-16 unit takes at most three bytes in UTF-8.
    if (HASH_BYTES + 3 * text.length > this.#bytes.length) this.#grow(HASH_BYTES + 3 * text.length);
    const length = HASH_BYTES + this.#bytes.write(text, HASH_BYTES);
    // A text with one character per byte costs half as much as a Buffer.
    this.#bytes.write(hash('sha256', this.#bytes.subarray(0, length), 'binary'), 0, 'binary');
  }

  #canonicalText(revision: number, row: Row): string {
    return (
      `[${revision},${row.recordedMs},${row.occurredMs},${KIND_TEXTS[row.kind]},${ACTION_TEXTS[row.action ?? 0]},` +
      `${this.#quote(row.node)},${this.#quote(row.daemonSet)},${TRIGGER_TEXTS[row.trigger]},${row.causeRevision},` +
      `${this.#quote(row.actor)},${this.#quote(row.engine)},${VERDICT_TEXTS[row.verdictBefore ?? 0]},` +
      `${VERDICT_TEXTS[row.verdict ?? 0]},${row.body === null ? 'null' : JSON.stringify(row.body)}]`
    );
  }

  #quote(name: string | null): string {
    if (name === null) return 'null';
    const known = this.#quoted.get(name);
    if (known !== undefined) return known;
    if (this.#quoted.size >= QUOTED_NAMES_MAX) this.#quoted.clear();
    const quoted = JSON.stringify(name);
    this.#quoted.set(name, quoted);
    return quoted;
  }

  #grow(length: number): void {
    const bytes = Buffer.alloc(2 * length);
    bytes.set(this.#head);
    this.#bytes = bytes;
    this.#head = bytes.subarray(0, HASH_BYTES);
  }
}

/** Words that were renamed. Hashes keep the first word, so that rows that were written with it still verify. */
const HASHED_TRIGGERS: Readonly<Partial<Record<Trigger, string>>> = { 'node-change': 'roll-change' };

const KIND_TEXTS = textsOf(KINDS.words);
const ACTION_TEXTS = textsOf(ACTIONS.words);
const TRIGGER_TEXTS = textsOf(TRIGGERS.words.map((trigger) => HASHED_TRIGGERS[trigger] ?? trigger));
const VERDICT_TEXTS = textsOf(VERDICTS.words);

/** Indexed by number. Number 0, which stands for no word, yields `null`. */
function textsOf(words: readonly string[]): string[] {
  return ['null', ...words.map((word) => JSON.stringify(word))];
}
