/** Tables, ages, colors and marks. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createStyle, supportsUtf8, wantsColor } from '../../../cli/output/style.ts';
import { type Column, renderTable } from '../../../cli/output/table.ts';
import { ageText, durationText } from '../../../cli/output/time.ts';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly note: string;
}

const COLUMNS: Column<Row>[] = [
  { header: 'NAME', cell: ({ name }) => name },
  { header: 'COUNT', cell: ({ count }) => count, wide: true },
  { header: 'NOTE', cell: ({ note }) => note },
];
const ROWS: Row[] = [
  { name: 'a', count: 1, note: 'short' },
  { name: 'longer', count: 22, note: 'a note that goes on for quite a while' },
];

describe('a table', () => {
  it('has upper-case headers, three spaces between columns, and no trailing spaces', () => {
    expect(renderTable(COLUMNS, ROWS)).toBe(
      'NAME     NOTE\na        short\nlonger   a note that goes on for quite a while\n',
    );
  });

  it('shows more columns when wide', () => {
    expect(renderTable(COLUMNS, ROWS.slice(0, 1), { wide: true })).toBe('NAME   COUNT   NOTE\na      1       short\n');
  });

  it('truncates the last column to the width of the terminal, but not below 40 columns', () => {
    const style = createStyle({ color: false, utf8: true });
    const row = {
      name: 'longer',
      count: 22,
      note: 'a note that goes on for quite a while, and says little more than before',
    };
    const cut = (columns: number) => renderTable(COLUMNS, [row], { columns, style }).split('\n')[1];
    expect(cut(60)).toBe('longer   a note that goes on for quite a while, and says li…');
    expect(cut(60)).toHaveLength(60);
    expect(cut(20)).toBe('longer   a note that goes on for quite a while, …');
    expect(cut(200)).toBe(`longer   ${row.note}`);
  });

  it('stays aligned with colored cells', () => {
    const style = createStyle({ color: true, utf8: true });
    const painted = COLUMNS.map((column) => ({ ...column, paint: (_: Row, text: string) => style.bad(text) }));
    const colored = renderTable(painted, ROWS, { style });
    expect(colored).toContain('\u001B[31m');
    expect(stripVTControlCharacters(colored).replaceAll(/ +\n/g, '\n')).toBe(renderTable(COLUMNS, ROWS));
  });

  it('replaces line breaks and control characters in cells', () => {
    const table = renderTable(COLUMNS, [{ name: 'a\nb', count: 0, note: 'x\u001B[2Jy' }]);
    expect(table).toBe('NAME   NOTE\na b    x [2Jy\n');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [45_000, '45s'],
    [192_000, '3m12s'],
    [180_000, '3m'],
    [720_000, '12m'],
    [7_260_000, '2h1m'],
    [187_200_000, '2d4h'],
    [8_380_800_000, '97d'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('is never negative, and is "never" for an unknown time', () => {
    expect(ageText('2026-01-01T00:00:05.000Z', Date.parse('2026-01-01T00:00:00.000Z'))).toBe('0s');
    expect(ageText(null, 0)).toBe('never');
  });
});

describe('colors', () => {
  it.each<[string, Record<string, string>, boolean, boolean, boolean]>([
    ['are used on terminals', {}, true, true, true],
    ['are not used in pipes', {}, false, true, false],
    ['are disabled by --no-color', {}, true, false, false],
    ['are disabled by NO_COLOR', { NO_COLOR: '1' }, true, true, false],
    ['are disabled on a dumb terminal', { TERM: 'dumb' }, true, true, false],
  ])('%s', (_, environment, isTTY, isAllowed, expected) => {
    expect(wantsColor(environment, isTTY, isAllowed)).toBe(expected);
  });
});

describe('marks', () => {
  it('are ASCII if the locale specifies another character set than UTF-8', () => {
    expect(
      [{}, { LANG: 'de_DE.UTF-8' }, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, { LANG: 'POSIX' }].map(supportsUtf8),
    ).toEqual([true, true, false, false]);
    const { marks, fit } = createStyle({ color: false, utf8: false });
    expect(Object.values(marks).join('')).toMatch(/^[ -~]*$/);
    expect(fit('run → none – …')).toBe('run -> none - ...');
  });
});
