/** Colors and marks that the terminal supports. */
import { createColors } from 'picocolors';

type Paint = (text: string) => string;

export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly good: Paint;
  readonly bad: Paint;
  readonly warn: Paint;
  readonly marks: Marks;
  /** Replaces arrows and dashes with ASCII if the terminal does not support UTF-8. */
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

/** No colors, all marks: for text that is compared or stored. */
export const PLAIN_STYLE = createStyle({ color: false, utf8: true });

type Environment = Readonly<Record<string, string | undefined>>;

/** Colors are used on a terminal unless they are disabled (no-color.org). */
export function wantsColor(environment: Environment, isTTY: boolean, isAllowed: boolean): boolean {
  return isAllowed && isTTY && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
}

/** False if the locale specifies another character set. Without a locale, UTF-8 is assumed. */
export function supportsUtf8(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return locale === '' || /utf-?8/i.test(locale);
}

/** Characters of drawings are replaced one to one; only marks in sentences grow. */
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
