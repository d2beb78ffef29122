/** Joins the sections of an answer with empty lines. */

import { printable } from '../output/text.ts';
import type { RenderOptions } from './render-options.ts';

/** A heading and its lines; empty if there are no lines. */
export function section(heading: string, lines: readonly string[], { style }: RenderOptions): string {
  return lines.length === 0 ? '' : `${style.bold(heading)}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** Omits empty sections, and makes the text safe for the terminal. */
export function joinSections(sections: readonly string[], { style }: RenderOptions): string {
  return style.fit(printable(sections.filter((text) => text !== '').join('\n')));
}
