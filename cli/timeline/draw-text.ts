/** Draws a timeline for a terminal. The result is readable without colors and without UTF-8. */

import { plural } from '../../shared/plural.ts';
import type { Style } from '../output/style.ts';
import { oneLine } from '../output/text.ts';
import { durationText, timeText } from '../output/time.ts';
import { paintDrift } from '../render/drift.ts';
import type { RenderOptions } from '../render/render-options.ts';
import { joinSections } from '../render/sections.ts';
import {
  type Cell,
  cellsOf,
  columnAt,
  extentOf,
  labelPlaceOf,
  lookOf,
  markRows,
  type PlacedMark,
  runsOf,
  type Window,
} from './cells.ts';
import { ticksBetween } from './ticks.ts';
import {
  groupLanes,
  type LaneGroup,
  longestLabel,
  type MarkKind,
  moreText,
  type SpanState,
  STATE_WORDS,
  statesOf,
  type Timeline,
} from './timeline.ts';

/** Used without a terminal. */
const COLUMNS_DEFAULT = 80;
/** Minimum number of columns for the lanes. */
const WIDTH_MIN = 20;
/** Maximum share of a line for the labels; longer labels are truncated. */
const LABEL_SHARE_MAX = 0.4;
const GAP = '  ';
/** Maximum number of lanes without `-o wide`. */
const LANES_MAX = 60;

const GLYPHS: Record<SpanState | 'many', string> = {
  run: '━',
  keep: '╌',
  none: '┈',
  present: '─',
  absent: ' ',
  many: '×',
};

/** Ends with a newline. `width` is the width of a line; undefined without a terminal. */
export function drawText(timeline: Timeline, width: number | undefined, options: RenderOptions): string {
  const columns = width ?? COLUMNS_DEFAULT;
  const labelMax = Math.floor(columns * LABEL_SHARE_MAX);
  const { ellipsis } = options.style.marks;
  const longest = longestLabel(timeline.lanes);
  const labelWidth = options.wide ? longest : Math.min(longest, labelMax);
  const window = {
    fromMs: timeline.fromMs,
    toMs: timeline.toMs,
    width: Math.max(WIDTH_MIN, columns - labelWidth - GAP.length),
    characterWidth: 1,
  };
  const label = (names: readonly string[]) => labelText(names, labelWidth, ellipsis);
  const groups = options.wide
    ? timeline.lanes.map((lane) => ({ lane, labels: [lane.label] }))
    : groupLanes(timeline.lanes, (lane) => lookOf(lane, window));
  const shown = options.wide ? groups : groups.slice(0, LANES_MAX);
  const axis = `${label([])}${GAP}${options.style.dim(axisLine(window))}\n`;
  const lanes = shown.map((group) => laneLines(group, window, label, options)).join('');
  const more = groups.length - shown.length;
  const moreLine = more > 0 ? `${plural(more, 'more lane')}; use -o wide to draw all\n` : '';
  return joinSections(
    [
      `${headline(timeline, options.style)}\n`,
      lanes === '' ? '' : axis + lanes,
      wrapped(legend(shown, window, options.style), columns) + moreLine,
    ],
    options,
  );
}

function headline({ subject, fromMs, toMs }: Timeline, style: Style): string {
  const [from, to] = [fromMs, toMs].map((ms) => timeText(new Date(ms).toISOString()));
  return `${style.bold(oneLine(subject))}: ${from} to ${to} (${durationText(toMs - fromMs)}), times in UTC`;
}

/** Truncates the name at its beginning, because names mostly differ at the end. Never truncates the number of other lanes. */
function labelText([first = '', ...others]: readonly string[], width: number, ellipsis: string): string {
  const more = moreText(others.length);
  const characters = Array.from(oneLine(first));
  const room = width - more.length;
  if (characters.length <= room) return characters.join('') + more + ' '.repeat(room - characters.length);
  return ellipsis + characters.slice(characters.length - room + ellipsis.length).join('') + more;
}

function axisLine(window: Window): string {
  const { fromMs, toMs, width } = window;
  const line = Array.from({ length: width }, () => ' ');
  for (const { timeMs, label } of ticksBetween(fromMs, toMs, (toMs - fromMs) / width)) {
    const column = columnAt(timeMs, window);
    const text = ['╷', ...(column + label.length < width ? label : '')];
    line.splice(column, text.length, ...text);
  }
  return line.join('').trimEnd();
}

function laneLines(
  { lane, labels }: LaneGroup,
  window: Window,
  label: (names: readonly string[]) => string,
  { style }: RenderOptions,
): string {
  const cells = paintCells(cellsOf(lane.spans, window), style);
  const rows = markRows(lane.marks, window).map((row) => `${label([])}${GAP}${markLine(row, window, style)}\n`);
  return `${label(labels)}${GAP}${cells}\n${rows.join('')}`;
}

/** Paints adjacent columns with the same state together. */
function paintCells(cells: readonly Cell[], style: Style): string {
  const painted = runsOf(cells).map(({ cell, length }) =>
    cell === null ? ' '.repeat(length) : paintState(cell.state, style)(GLYPHS[cell.state].repeat(length)),
  );
  return painted.join('').trimEnd();
}

function paintState(state: SpanState | 'many', style: Style): (text: string) => string {
  const paints = {
    run: style.good,
    keep: style.warn,
    none: style.dim,
    present: style.dim,
    absent: style.bad,
    many: style.bold,
  };
  return paints[state];
}

function markLine(row: readonly PlacedMark[], window: Window, style: Style): string {
  let line = '';
  let column = 0;
  for (const mark of [...row].sort((left, right) => left.first - right.first)) {
    const { from, to } = extentOf(mark, window);
    line += ' '.repeat(from - column) + paintMark(mark.kind, style)(markText(mark, window));
    column = to + 1;
  }
  return line;
}

/** A corner marks a start or an end; without a corner, the mark continues outside the window. */
function markText(mark: PlacedMark, window: Window): string {
  const { text, first, last, beginsInside, endsInside } = mark;
  const [left, right] = [beginsInside ? '└' : '─', endsInside ? '┘' : '─'];
  const columns = last - first + 1;
  switch (labelPlaceOf(mark, window)) {
    case 'below':
      return left + text + '─'.repeat(columns - 2 - text.length) + right;
    case 'after':
      return left + text + '─'.repeat(Math.max(0, columns - 1 - text.length));
    case 'before':
      return text.slice(-first) + left + '─'.repeat(columns - 1);
  }
}

function paintMark(kind: MarkKind, style: Style): (text: string) => string {
  return kind === 'absent' ? style.bad : paintDrift(kind, style);
}

function legend(groups: readonly LaneGroup[], window: Window, style: Style): LegendPart[] {
  const lanes = groups.map(({ lane }) => lane);
  const part = (state: SpanState | 'many', glyph: string, words: string): LegendPart => ({
    text: `${paintState(state, style)(glyph)} ${words}`,
    width: glyph.length + 1 + words.length,
  });
  const states = statesOf(lanes)
    .filter((state) => state !== 'absent')
    .map((state) => part(state, GLYPHS[state].repeat(3), STATE_WORDS[state]));
  const isMany = lanes.some(({ spans }) => cellsOf(spans, window).some((cell) => cell?.state === 'many'));
  const many = isMany ? [part('many', GLYPHS.many, 'multiple changes')] : [];
  const grouped = groups.some(({ labels }) => labels.length > 1) ? [plain('+N: N more lanes look the same')] : [];
  const parts = [...states, ...many, ...grouped];
  return parts.length === 0 ? [plain('No events are recorded for this time.')] : parts;
}

interface LegendPart {
  readonly text: string;
  /** Width in columns, without color codes. */
  readonly width: number;
}

function plain(text: string): LegendPart {
  return { text, width: text.length };
}

/** Puts as many parts on a line as fit. */
function wrapped(parts: readonly LegendPart[], columns: number): string {
  const gap = '   ';
  let text = '';
  let used = 0;
  for (const part of parts) {
    const isFirst = used === 0;
    const fits = !isFirst && used + gap.length + part.width <= columns;
    text += isFirst ? part.text : fits ? gap + part.text : `\n${part.text}`;
    used = (fits ? used + gap.length : 0) + part.width;
  }
  return `${text}\n`;
}
