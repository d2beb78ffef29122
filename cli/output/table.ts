/** Tables as kubectl prints them: upper-case headers, three spaces between columns, no borders. */

import { PLAIN_STYLE, type Style } from './style.ts';
import { oneLine } from './text.ts';

const GAP = '   ';
/** A column is not cut to less: on a narrower terminal, half a sentence that wraps beats three words. */
const CUT_COLUMNS_MIN = 40;

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string | number;
  /** Shown only with `-o wide`. */
  readonly wide?: true;
  /** Colours the cell; the text is padded already. */
  readonly paint?: (row: Row, text: string) => string;
}

export interface TableOptions {
  readonly wide?: boolean;
  /** Width of the terminal: what goes over it is cut from the last column. Undefined where nothing may be cut. */
  readonly columns?: number | undefined;
  readonly style?: Style;
}

/** Ends with a line break; a table without rows is its header alone. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { wide = false, columns: terminalColumns, style = PLAIN_STYLE }: TableOptions = {},
): string {
  const shown = columns.filter((column) => wide || !column.wide);
  const texts = rows.map((row) => shown.map((column) => oneLine(style.fit(String(column.cell(row))))));
  const widths = shown.map(({ header }, index) =>
    [header, ...texts.map((row) => row[index] ?? '')].reduce((width, text) => Math.max(width, widthOf(text)), 0),
  );
  const lastMax = terminalColumns === undefined ? undefined : roomForLast(widths, terminalColumns);
  const pad = (text: string, index: number) => {
    if (index < shown.length - 1) return text + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(text)));
    return lastMax === undefined ? text : cut(text, lastMax, style.marks.ellipsis);
  };
  const lines = [
    shown.map(({ header }, index) => pad(header, index)),
    ...texts.map((row, line) => row.map((text, index) => painted(shown[index], rows[line], pad(text, index)))),
  ];
  return lines.map((line) => `${line.join(GAP).trimEnd()}\n`).join('');
}

/** How many terminal columns a text takes: one for each character, none for what combines with the one before. */
function widthOf(text: string): number {
  return Array.from(text.replace(/\p{Mark}/gu, '')).length;
}

function painted<Row>(column: Column<Row> | undefined, row: Row | undefined, text: string): string {
  return column?.paint === undefined || row === undefined ? text : column.paint(row, text);
}

function roomForLast(widths: readonly number[], terminalColumns: number): number {
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  return Math.max(CUT_COLUMNS_MIN, terminalColumns - before);
}

function cut(text: string, columnsMax: number, ellipsis: string): string {
  const characters = Array.from(text);
  if (characters.length <= columnsMax) return text;
  return characters.slice(0, columnsMax - ellipsis.length).join('') + ellipsis;
}
