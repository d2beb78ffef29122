/** Draws a timeline as a standalone SVG document without scripts, fonts or external files. */
import { durationText, timeText } from '../output/time.ts';
import { driftSeverity } from '../render/drift.ts';
import {
  type CellRun,
  cellsOf,
  labelPlaceOf,
  lookOf,
  markRows,
  type PlacedMark,
  runsOf,
  type Window,
} from './cells.ts';
import { element, svgText, title } from './svg-elements.ts';
import { SVG_STYLE, SVG_TEXTURES } from './svg-style.ts';
import { ticksBetween } from './ticks.ts';
import {
  groupLanes,
  type LaneGroup,
  longestLabel,
  moreText,
  type SpanState,
  STATE_WORDS,
  statesOf,
  type Timeline,
} from './timeline.ts';

/** In pixels. The character widths match the fonts of the style. */
const WIDTH = 1080;
const MARGIN = 24;
const CHARACTER = 7.25;
const SMALL_CHARACTER = 6.1;
const LABEL_MAX = 340;
const GAP = 14;
const HEAD = 92;
const LANE = 26;
const MARK_ROW = 15;
const FOOT = 52;

/** The height of the bar for each state. */
const BAR: Readonly<Record<SpanState | 'many', number>> = {
  run: 14,
  keep: 14,
  none: 2,
  present: 4,
  absent: 14,
  many: 14,
};

interface Row {
  readonly group: LaneGroup;
  readonly marks: readonly (readonly PlacedMark[])[];
  readonly top: number;
  readonly height: number;
}

/** Returns a document with a trailing newline. */
export function drawSvg(timeline: Timeline): string {
  const left = MARGIN + Math.min(LABEL_MAX, longestLabel(timeline.lanes) * CHARACTER) + GAP;
  const width = Math.floor(WIDTH - MARGIN - left);
  const window: Window = { ...rangeOf(timeline), width, characterWidth: SMALL_CHARACTER };
  const rows = rowsOf(timeline, window);
  const bottom = rows.reduce((end, { top, height }) => Math.max(end, top + height), HEAD);
  const height = bottom + FOOT;
  const picture = [
    title(`Timeline of ${timeline.subject}`),
    element('style', {}, SVG_STYLE),
    element('defs', {}, ...SVG_TEXTURES.map(texture)),
    element('rect', { class: 'paper', width: WIDTH, height }),
    headline(timeline),
    ...rows.map(band),
    axis(window, left, bottom),
    ...rows.map((row) => drawRow(row, window, left)),
    legend(rows, bottom),
  ];
  const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', role: 'img', ...size }, '\n', picture.join('\n'), '\n')}\n`;
}

function rangeOf({ fromMs, toMs }: Timeline) {
  return { fromMs, toMs };
}

function rowsOf(timeline: Timeline, window: Window): Row[] {
  const rows: Row[] = [];
  let top = HEAD;
  for (const group of groupLanes(timeline.lanes, (lane) => lookOf(lane, window))) {
    const marks = markRows(group.lane.marks, window);
    const height = LANE + marks.length * MARK_ROW;
    rows.push({ group, marks, top, height });
    top += height;
  }
  return rows;
}

function texture({ id, lineClass, lineWidth, degrees }: (typeof SVG_TEXTURES)[number]): string {
  const line = element('line', { class: lineClass, x1: 0, y1: 0, x2: 0, y2: 6, 'stroke-width': lineWidth });
  const repeat = { width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${degrees})` };
  return element('pattern', { id, ...repeat }, line);
}

function headline({ subject, fromMs, toMs }: Timeline): string {
  const [from, to] = [fromMs, toMs].map((ms) => timeText(new Date(ms).toISOString()));
  const range = `${from} to ${to} (${durationText(toMs - fromMs)}), times in UTC`;
  return [
    label(subject, { class: 'subject', x: MARGIN, y: MARGIN + 14 }),
    label(range, { class: 'soft', x: MARGIN, y: MARGIN + 34 }),
  ].join('');
}

function label(text: string, attributes: Readonly<Record<string, string | number>>): string {
  return element('text', attributes, svgText(text));
}

/** Every other row has a background. */
function band({ top, height }: Row, index: number): string {
  if (index % 2 === 1) return '';
  return element('rect', { class: 'band', x: MARGIN / 2, y: top, width: WIDTH - MARGIN, height, rx: 4 });
}

function axis(window: Window, left: number, bottom: number): string {
  const { fromMs, toMs, width } = window;
  const ticks = ticksBetween(fromMs, toMs, ((toMs - fromMs) / width) * CHARACTER);
  return ticks
    .map((tick) => {
      const x = left + ((tick.timeMs - fromMs) / (toMs - fromMs)) * width;
      const isLast = x + tick.label.length * CHARACTER > WIDTH - MARGIN / 2;
      const anchor = isLast ? 'end' : x === left ? 'start' : 'middle';
      return [
        element('line', { class: 'grid', x1: x, y1: HEAD - 6, x2: x, y2: bottom }),
        label(tick.label, { class: 'soft', x, y: HEAD - 12, 'text-anchor': anchor }),
      ].join('');
    })
    .join('');
}

function drawRow({ group, marks, top }: Row, window: Window, left: number): string {
  const middle = top + LANE / 2;
  const bars = runsOf(cellsOf(group.lane.spans, window)).map((run) => bar(run, left, middle));
  const below = marks.flatMap((row, index) =>
    row.map((mark) => drawMark(mark, top + LANE + index * MARK_ROW, window, left)),
  );
  return element('g', {}, laneLabel(group, left, middle), ...bars, ...below);
}

function laneLabel({ labels }: LaneGroup, left: number, middle: number): string {
  const [first = '', ...others] = labels;
  const more = moreText(others.length);
  const room = Math.floor((left - GAP - MARGIN) / CHARACTER) - more.length;
  const characters = Array.from(first);
  // Names mostly differ at the end.
  const name = characters.length <= room ? first : `…${characters.slice(characters.length - room + 1).join('')}`;
  const attributes = { x: left - GAP, y: middle + 4, 'text-anchor': 'end' };
  return element('text', attributes, title(labels.join(', ')), svgText(`${name}${more}`));
}

function bar({ cell, first, length }: CellRun, left: number, middle: number): string {
  if (cell === null) return '';
  const height = BAR[cell.state];
  const box = { x: left + first, y: middle - height / 2, width: length, height, rx: Math.min(3, height / 2) };
  return element('rect', { class: cell.state, ...box }, title(cell.title));
}

function drawMark(mark: PlacedMark, top: number, window: Window, left: number): string {
  const { first, last, kind, text } = mark;
  const className = kind === 'absent' ? 'bad' : driftSeverity(kind);
  const [x, end] = [left + first, left + last + 1];
  const line = element('rect', { class: className, x, y: top - 3, width: Math.max(2, end - x), height: 3, rx: 1.5 });
  const isBefore = labelPlaceOf(mark, window) === 'before';
  const place = { x: isBefore ? x - 2 : x, y: top + 9, 'text-anchor': isBefore ? 'end' : 'start' };
  return element('g', {}, title(mark.title), line, label(text, { class: `small ${className}`, ...place }));
}

function legend(rows: readonly Row[], bottom: number): string {
  const lanes = rows.map(({ group }) => group.lane);
  const y = bottom + 28;
  const parts: string[] = [];
  let x = MARGIN;
  for (const state of statesOf(lanes)) {
    const height = BAR[state];
    parts.push(
      element('rect', { class: state, x, y: y - 4 - height / 2, width: 22, height, rx: Math.min(3, height / 2) }),
    );
    parts.push(label(STATE_WORDS[state], { class: 'soft', x: x + 30, y }));
    x += 30 + STATE_WORDS[state].length * CHARACTER + 24;
  }
  const isGroup = rows.some(({ group }) => group.labels.length > 1);
  if (isGroup) parts.push(label('+N: N more lanes look the same', { class: 'soft', x, y }));
  if (rows.length === 0) parts.push(label('No events are recorded for this time.', { class: 'soft', x, y }));
  return parts.join('');
}
