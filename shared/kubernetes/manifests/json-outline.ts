/**
 * Scans JSON text without parsing its values. Finds the start and end of each document, the lines of the items of a
 * list, and duplicate keys, which `JSON.parse` does not report. Does not detect syntax errors.
 */
import { NESTING_DEPTH_MAX } from './limits.ts';

export interface JsonOutline {
  readonly start: number;
  /** One past the last character. */
  readonly end: number;
  readonly line: number;
  /** Lines of `items[0]`, `items[1]`, … */
  readonly itemLines: readonly number[];
  /** The first duplicate key, or `null`. */
  readonly duplicateKey: { readonly key: string; readonly line: number } | null;
  readonly tooDeep: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SPACE = 0x20;

/** The outlines of the documents in `text`, which are separated by white space. */
export function outlineJson(text: string): JsonOutline[] {
  const outlines: JsonOutline[] = [];
  const lines = new LineCounter(text);
  for (let position = skipSpace(text, 0); position < text.length; position = skipSpace(text, position)) {
    const outline = new DocumentWalk(text, position, lines).walk();
    outlines.push(outline);
    position = outline.end;
  }
  return outlines;
}

/** An open object or list. */
interface Level {
  /** The keys so far; `null` in a list. */
  readonly keys: Set<string> | null;
  readonly isItems: boolean;
  expectsKey: boolean;
  lastKey: string;
}

class DocumentWalk {
  readonly #text: string;
  readonly #start: number;
  readonly #lines: LineCounter;
  readonly #line: number;
  readonly #levels: Level[] = [];
  readonly #itemLines: number[] = [];
  #duplicateKey: JsonOutline['duplicateKey'] = null;
  #tooDeep = false;

  constructor(text: string, start: number, lines: LineCounter) {
    this.#text = text;
    this.#start = start;
    this.#lines = lines;
    this.#line = lines.at(start);
  }

  walk(): JsonOutline {
    let position = this.#start;
    do position = this.#step(position);
    while (this.#levels.length > 0 && position < this.#text.length);
    return {
      start: this.#start,
      end: position,
      line: this.#line,
      itemLines: this.#itemLines,
      duplicateKey: this.#duplicateKey,
      tooDeep: this.#tooDeep,
    };
  }

  /** Processes the token at `position` and returns the position after it. */
  #step(position: number): number {
    const character = this.#text.charCodeAt(position);
    if (character === QUOTE) return this.#string(position);
    if (character === OPEN_BRACE || character === OPEN_BRACKET) this.#open(position, character === OPEN_BRACE);
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) this.#levels.pop();
    else if (character === COMMA) this.#comma();
    return position + 1;
  }

  #open(position: number, isObject: boolean): void {
    const outer = this.#levels.at(-1);
    if (outer?.isItems) this.#itemLines.push(this.#lines.at(position));
    if (this.#levels.length > NESTING_DEPTH_MAX + 1) this.#tooDeep = true;
    this.#levels.push({
      keys: isObject ? new Set() : null,
      isItems: !isObject && this.#levels.length === 1 && outer?.lastKey === 'items',
      expectsKey: isObject,
      lastKey: '',
    });
  }

  #comma(): void {
    const level = this.#levels.at(-1);
    if (level?.keys) level.expectsKey = true;
  }

  #string(position: number): number {
    const end = stringEnd(this.#text, position);
    const level = this.#levels.at(-1);
    if (level?.keys && level.expectsKey) {
      level.expectsKey = false;
      level.lastKey = this.#text.slice(position + 1, end - 1);
      if (level.keys.has(level.lastKey)) {
        this.#duplicateKey ??= { key: level.lastKey, line: this.#lines.at(position) };
      }
      level.keys.add(level.lastKey);
    }
    return end;
  }
}

/** Counts lines up to increasing positions. */
class LineCounter {
  readonly #text: string;
  #line = 1;
  #nextLineFeed: number;

  constructor(text: string) {
    this.#text = text;
    this.#nextLineFeed = text.indexOf('\n');
  }

  at(position: number): number {
    while (this.#nextLineFeed !== -1 && this.#nextLineFeed < position) {
      this.#line++;
      this.#nextLineFeed = this.#text.indexOf('\n', this.#nextLineFeed + 1);
    }
    return this.#line;
  }
}

/** One past the closing quote. */
function stringEnd(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, position: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(position - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function skipSpace(text: string, position: number): number {
  let next = position;
  while (next < text.length && text.charCodeAt(next) <= SPACE) next++;
  return next;
}
