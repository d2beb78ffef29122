/** Puts an answer for people together from parts, each with a heading and an empty line before it. */

import { printable } from '../output/text.ts';
import type { RenderOptions } from './render-options.ts';

/** Lines below a heading; nothing at all where there are no lines. */
export function section(heading: string, lines: readonly string[], { style }: RenderOptions): string {
  return lines.length === 0 ? '' : `${style.bold(heading)}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** Leaves out what is empty; makes the rest fit for the terminal. */
export function joinSections(sections: readonly string[], { style }: RenderOptions): string {
  return style.fit(printable(sections.filter((text) => text !== '').join('\n')));
}
