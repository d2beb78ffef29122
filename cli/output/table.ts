/** Prints tables like kubectl: upper-case headers, three spaces between columns, no borders. */

import { PLAIN_STYLE, type Style } from './style.ts';
import { oneLine } from './text.ts';

const GAP = '   ';
/** Minimum width of a truncated column. On a narrower terminal, a longer wrapped text is more useful than a few words. */
const CUT_COLUMNS_MIN = 40;

export interface Column<Row> {
  readonly header: string;
  readonly cell: (row: Row) => string | number;
  /** Shown only with `-o wide`. */
  readonly wide?: true;
  /** Colors the padded text of the cell. */
  readonly paint?: (row: Row, text: string) => string;
}

export interface TableOptions {
  readonly wide?: boolean;
  /** Width of the terminal, to which the last column is truncated. Undefined to truncate nothing. */
  readonly columns?: number | undefined;
  readonly style?: Style;
}

/** Ends with a newline. A table without rows is a header only. */
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
    return lastMax === undefined ? text : truncated(text, lastMax, style.marks.ellipsis);
  };
  const lines = [
    shown.map(({ header }, index) => pad(header, index)),
    ...texts.map((row, line) => row.map((text, index) => painted(shown[index], rows[line], pad(text, index)))),
  ];
  return lines.map((line) => `${line.join(GAP).trimEnd()}\n`).join('');
}

/** Width in terminal columns: combining marks take none, other characters take one. */
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

function truncated(text: string, columnsMax: number, ellipsis: string): string {
  const characters = Array.from(text);
  if (characters.length <= columnsMax) return text;
  return characters.slice(0, columnsMax - ellipsis.length).join('') + ellipsis;
}
