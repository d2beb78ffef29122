/** Lays out spans and marks in columns. */
import type { Lane, Mark, MarkKind, Span, SpanState } from './timeline.ts';

/** The state in a column; `null` if the placement did not exist. */
export type Cell = ShownState | null;

export interface ShownState {
  /** `many` means that the state changes more than once in the column. */
  readonly state: SpanState | 'many';
  readonly title: string;
}

export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  /** In columns of a terminal or in pixels. */
  readonly width: number;
  /** The width of one character of a label, in columns. */
  readonly characterWidth: number;
}

/** Each column shows the state that lasts longest in it; any state takes precedence over none. */
export function cellsOf(spans: readonly Span[], window: Window): Cell[] {
  const { fromMs, toMs, width } = window;
  const cellMs = (toMs - fromMs) / width;
  const shares = Array.from({ length: width }, () => ({ shown: null as Cell, ms: 0, begins: 0 }));
  for (const span of spans) {
    const first = columnAt(Math.max(span.fromMs, fromMs), window);
    const last = columnAt(Math.min(span.toMs, toMs), window);
    for (const [offset, share] of shares.slice(first, last + 1).entries()) {
      const startMs = fromMs + (first + offset) * cellMs;
      const ms = Math.min(span.toMs, startMs + cellMs) - Math.max(span.fromMs, startMs);
      if (ms <= 0) continue;
      if (span.fromMs > startMs) share.begins++;
      if (ms > share.ms) Object.assign(share, { shown: span, ms });
    }
  }
  return shares.map(({ shown, begins }) => {
    if (begins > 1) return { state: 'many', title: `${begins} changes` };
    return shown && { state: shown.state, title: shown.title };
  });
}

/** Adjacent columns with the same state. */
export interface CellRun {
  readonly cell: Cell;
  readonly first: number;
  readonly length: number;
}

export function runsOf(cells: readonly Cell[]): CellRun[] {
  const runs: { cell: Cell; first: number; length: number }[] = [];
  for (const [column, cell] of cells.entries()) {
    const run = runs.at(-1);
    if (run?.cell?.state === cell?.state && run !== undefined) run.length++;
    else runs.push({ cell, first: column, length: 1 });
  }
  return runs;
}

/** The column of a time, limited to the window. */
export function columnAt(timeMs: number, { fromMs, toMs, width }: Window): number {
  return Math.min(width - 1, Math.max(0, Math.floor(((timeMs - fromMs) / (toMs - fromMs)) * width)));
}

/** A key that is equal for lanes that look the same. */
export function lookOf({ spans, marks }: Lane, window: Window): string {
  const cells = runsOf(cellsOf(spans, window)).map(({ cell, length }) => `${cell?.state ?? ''}${length}`);
  const rows = markRows(marks, window).map((row) =>
    row.map(({ text, first, last, beginsInside, endsInside }) => [text, first, last, beginsInside, endsInside]),
  );
  return JSON.stringify([cells, rows]);
}

/** A mark, or several of one kind that are too close for one label each. */
export interface PlacedMark {
  readonly kind: MarkKind;
  readonly count: number;
  readonly text: string;
  readonly title: string;
  /** The first and the last column, both inclusive. */
  readonly first: number;
  readonly last: number;
  readonly beginsInside: boolean;
  readonly endsInside: boolean;
}

/** The rows below a lane. Marks and labels in one row do not overlap. */
export function markRows(marks: readonly Mark[], window: Window): PlacedMark[][] {
  const rows: PlacedMark[][] = [];
  for (const mark of mergedMarks(marks, window)) {
    const row = rows.find((placed) => placed.every((other) => isApart(other, mark, window)));
    if (row === undefined) rows.push([mark]);
    else row.push(mark);
  }
  return rows;
}

/** The position of a label: below the mark, after its start, or before it if there is no room. */
export type LabelPlace = 'below' | 'after' | 'before';

export function labelPlaceOf({ first, last, text }: PlacedMark, { width, characterWidth }: Window): LabelPlace {
  const labelWidth = text.length * characterWidth;
  if (last - first - 1 >= labelWidth) return 'below';
  return first + 1 + labelWidth <= width ? 'after' : 'before';
}

/** The columns of a mark with its label, inclusive. */
export function extentOf(mark: PlacedMark, window: Window): { readonly from: number; readonly to: number } {
  const { first, last, text } = mark;
  const labelWidth = text.length * window.characterWidth;
  switch (labelPlaceOf(mark, window)) {
    case 'below':
      return { from: first, to: last };
    case 'after':
      return { from: first, to: Math.max(last, first + labelWidth) };
    case 'before':
      return { from: Math.max(0, first - labelWidth), to: last };
  }
}

function isApart(left: PlacedMark, right: PlacedMark, window: Window): boolean {
  const [one, other] = [extentOf(left, window), extentOf(right, window)];
  return one.to + window.characterWidth < other.from || other.to + window.characterWidth < one.from;
}

function mergedMarks(marks: readonly Mark[], window: Window): PlacedMark[] {
  const newestOf = new Map<MarkKind, PlacedMark>();
  const merged: PlacedMark[] = [];
  const inWindow = marks.filter(({ fromMs, toMs }) => fromMs <= window.toMs && toMs >= window.fromMs);
  for (const mark of inWindow.sort((left, right) => left.fromMs - right.fromMs)) {
    const placed = place(mark, window);
    const before = newestOf.get(mark.kind);
    const isClose =
      before !== undefined && extentOf(placed, window).from <= extentOf(before, window).to + window.characterWidth;
    const next = isClose ? joined(before, placed) : placed;
    if (isClose) merged.splice(merged.indexOf(before), 1, next);
    else merged.push(next);
    newestOf.set(mark.kind, next);
  }
  return merged;
}

function place({ fromMs, toMs, kind, title }: Mark, window: Window): PlacedMark {
  return {
    kind,
    count: 1,
    text: kind,
    title,
    first: columnAt(fromMs, window),
    last: columnAt(Math.min(toMs, window.toMs), window),
    beginsInside: fromMs > window.fromMs,
    endsInside: toMs < window.toMs,
  };
}

function joined(before: PlacedMark, next: PlacedMark): PlacedMark {
  const count = before.count + next.count;
  const isLater = next.last >= before.last;
  return {
    ...before,
    count,
    text: `${before.kind} x${count}`,
    title: `${before.kind} ${count} times`,
    last: Math.max(before.last, next.last),
    endsInside: isLater ? next.endsInside : before.endsInside,
  };
}
