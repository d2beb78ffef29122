/** How an answer is printed for people: style, clock, width, and whether `-o wide` is set. */
import type { Style } from '../output/style.ts';

export interface RenderOptions {
  readonly style: Style;
  /** Ages are relative to this time, in milliseconds since 1970. */
  readonly nowMs: number;
  readonly wide: boolean;
  /** Width of the terminal; undefined where nothing may be cut. */
  readonly columns: number | undefined;
}
