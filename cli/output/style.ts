/** Colours and marks, chosen once from what the terminal can show. */
import { createColors } from 'picocolors';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly marks: Marks;
  /** Fits a text to the terminal: without UTF-8, arrows and dashes become ASCII. */
  readonly fit: Paint;
}

interface Marks {
  readonly passed: string;
  readonly failed: string;
  readonly ignored: string;
  readonly warning: string;
  readonly arrow: string;
  readonly ellipsis: string;
}

const MARKS: Marks = { passed: '✓', failed: '✗', ignored: '–', warning: '!', arrow: '→', ellipsis: '…' };
const ASCII_MARKS: Marks = { passed: '+', failed: 'x', ignored: '-', warning: '!', arrow: '->', ellipsis: '...' };

export interface StyleOptions {
  readonly color: boolean;
  readonly utf8: boolean;
}

export function createStyle({ color, utf8 }: StyleOptions): Style {
  const { bold, dim, green, red, yellow } = createColors(color);
  return {
    bold,
    dim,
    good: green,
    bad: red,
    warn: yellow,
    marks: utf8 ? MARKS : ASCII_MARKS,
    fit: utf8 ? (text) => text : toAscii,
  };
}

/** For texts that are compared or kept: no colours, all marks. */
export const PLAIN_STYLE = createStyle({ color: false, utf8: true });

type Environment = Readonly<Record<string, string | undefined>>;

/** Colours are for people who watch a terminal and have not declined them (no-color.org). */
export function wantsColor(environment: Environment, isTTY: boolean, isAllowed: boolean): boolean {
  return isAllowed && isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** A locale that names another character set says no; none at all is taken for UTF-8, as terminals are today. */
export function speaksUtf8(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Each becomes as many characters as it takes columns in a drawing; only marks in sentences grow. */
const ASCII: Readonly<Record<string, string>> = {
  '→': '->',
  '–': '-',
  '·': '|',
  '…': '...',
  '━': '=',
  '╌': '-',
  '┈': '.',
  '─': '_',
  '×': 'x',
  '╷': '|',
  '└': '`',
  '┘': "'",
};

function toAscii(text: string): string {
  return text.replace(/[→–·…━╌┈─×╷└┘]/gu, (character) => ASCII[character] ?? character);
}
