/** The layout of spans and marks in columns. */
import { describe, expect, it } from 'vitest';
import { cellsOf, markRows, type Window } from '../../../cli/timeline/cells.ts';
import type { Mark, Span } from '../../../cli/timeline/timeline.ts';

const WINDOW: Window = { fromMs: 1_000, toMs: 2_000, width: 10, characterWidth: 1 };

function span(fromMs: number, toMs: number, state: Span['state']): Span {
  return { fromMs, toMs, state, title: '' };
}

function mark(fromMs: number, toMs: number, kind: Mark['kind'] = 'missing'): Mark {
  return { fromMs, toMs, kind, title: '' };
}

function drawn(...spans: Span[]): string {
  return cellsOf(spans, WINDOW)
    .map((cell) => (cell === null ? ' ' : cell.state[0]))
    .join('');
}

describe('a column', () => {
  it('shows the state that lasts longest in it', () => {
    expect(drawn(span(0, 1_260, 'run'), span(1_260, 1_440, 'keep'), span(1_440, 9_000, 'none'))).toBe(
      'rrrkn'.padEnd(10, 'n'),
    );
  });

  it('is empty if there was no placement', () => {
    expect(drawn(span(1_300, 1_500, 'run'))).toBe('   rr     ');
  });

  it('shows that the state changed and changed back within it', () => {
    expect(drawn(span(0, 1_510, 'run'), span(1_510, 1_520, 'none'), span(1_520, 9_000, 'run'))).toBe('rrrrrmrrrr');
  });
});

describe('marks', () => {
  const rows = (...marks: Mark[]) =>
    markRows(marks, WINDOW).map((row) => row.map(({ text, first, last }) => [text, first, last]));

  it('share a row if their labels fit', () => {
    const wide = { ...WINDOW, width: 40 };
    const both = [mark(1_000, 1_100), mark(1_500, 1_600, 'outdated')];
    expect(markRows(both, wide)).toHaveLength(1);
    expect(markRows(both, WINDOW)).toHaveLength(2);
  });

  it('of one kind are merged and counted if they are too close for two labels', () => {
    expect(rows(mark(1_000, 1_010), mark(1_200, 1_210), mark(1_400, 1_420))).toEqual([[['missing x3', 0, 4]]]);
  });

  it('outside the window are left out', () => {
    expect(rows(mark(0, 900), mark(2_100, 2_200))).toEqual([]);
  });

  it('record whether they begin and end in the window', () => {
    const [[before] = [], [after] = []] = markRows(
      [mark(0, 1_500), mark(1_500, Number.POSITIVE_INFINITY, 'outdated')],
      WINDOW,
    );
    expect([before?.beginsInside, before?.endsInside]).toEqual([false, true]);
    expect([after?.beginsInside, after?.endsInside]).toEqual([true, false]);
  });
});
