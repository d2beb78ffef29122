/** Moments as people type them: what they mean, and one sentence for those that cannot be meant. */
import { describe, expect, it } from 'vitest';
import { parseMoment, parseTime } from '../../../cli/moment/parse-moment.ts';
import { UsageError } from '../../../cli/usage-error.ts';

const NOW = '2026-03-30T12:00:00Z';

function parse(text: string, timeZone = 'Europe/Berlin', now = NOW) {
  return parseMoment(text, '--at', { nowMs: Date.parse(now), timeZone });
}

function isoOf(text: string, timeZone?: string, now?: string): string {
  const moment = parse(text, timeZone, now);
  return moment !== null && 'timeMs' in moment ? new Date(moment.timeMs).toISOString() : JSON.stringify(moment);
}

describe('a moment', () => {
  it.each([
    ['2026-03-14T15:09', '2026-03-14T14:09:00.000Z'],
    ['2026-03-14 15:09', '2026-03-14T14:09:00.000Z'],
    ['2026-03-14T15:09:26', '2026-03-14T14:09:26.000Z'],
    ['2026-03-14T15:09:26.535', '2026-03-14T14:09:26.535Z'],
    ['2026-03-14T15:09:26.5358979', '2026-03-14T14:09:26.535Z'],
    ['2026-03-14T15:09Z', '2026-03-14T15:09:00.000Z'],
    ['2026-03-14t15:09:26z', '2026-03-14T15:09:26.000Z'],
    ['2026-03-14T15:09+05:30', '2026-03-14T09:39:00.000Z'],
    ['2026-03-14T15:09:26-08:00', '2026-03-14T23:09:26.000Z'],
    ['2026-03-14', '2026-03-13T23:00:00.000Z'],
    ['2026-03-30', '2026-03-29T22:00:00.000Z'],
    ['2024-02-29', '2024-02-28T23:00:00.000Z'],
    ['-2h', '2026-03-30T10:00:00.000Z'],
    ['-90m', '2026-03-30T10:30:00.000Z'],
    ['-3d', '2026-03-27T12:00:00.000Z'],
    ['-0s', '2026-03-30T12:00:00.000Z'],
  ])('%s, typed in Berlin, is %s', (text, expected) => {
    expect(isoOf(text)).toBe(expected);
  });

  it('can be now, and a revision', () => {
    expect(parse('now')).toBe(null);
    expect(parse('revision:12345')).toEqual({ revision: 12_345 });
  });

  it.each([
    ['UTC', '2026-03-14T15:09:00.000Z'],
    ['America/New_York', '2026-03-14T19:09:00.000Z'],
    ['Asia/Kathmandu', '2026-03-14T09:24:00.000Z'],
    ['Pacific/Kiritimati', '2026-03-14T01:09:00.000Z'],
  ])('without a zone is one of the machine, here %s', (timeZone, expected) => {
    expect(isoOf('2026-03-14T15:09', timeZone)).toBe(expected);
  });

  it('is right on either side of clocks being changed', () => {
    expect(isoOf('2026-03-29T01:59')).toBe('2026-03-29T00:59:00.000Z');
    expect(isoOf('2026-03-29T03:00')).toBe('2026-03-29T01:00:00.000Z');
    expect(isoOf('2025-10-26T01:59')).toBe('2025-10-25T23:59:00.000Z');
    expect(isoOf('2025-10-26T03:00')).toBe('2025-10-26T02:00:00.000Z');
  });

  it('that is a date begins with its first instant, also where clocks leave midnight out', () => {
    expect(isoOf('2025-04-25', 'Africa/Cairo')).toBe('2025-04-24T22:00:00.000Z');
  });
});

describe('a moment that cannot be meant is refused in a sentence:', () => {
  it.each([
    ['2026-02-30', '--at 2026-02-30 does not exist: 2026-02 has the days 01 to 28'],
    ['2025-02-29T10:00', '--at 2025-02-29T10:00 does not exist: 2025-02 has the days 01 to 28'],
    ['2026-03-00', '--at 2026-03-00 does not exist: 2026-03 has the days 01 to 31'],
    ['2026-13-01', '--at 2026-13-01 does not exist: months are 01 to 12'],
    ['2026-03-14T25:00', '--at 2026-03-14T25:00 does not exist: hours are 00 to 23'],
    ['2026-03-14T24:00', '--at 2026-03-14T24:00 does not exist: hours are 00 to 23'],
    ['2026-03-14T15:60', '--at 2026-03-14T15:60 does not exist: minutes are 00 to 59'],
    ['2026-03-14T15:09:60', '--at 2026-03-14T15:09:60 does not exist: seconds are 00 to 59'],
    ['2026-03-14T15:09+25:00', '--at 2026-03-14T15:09+25:00 does not exist: no zone is +25:00 from UTC'],
    ['2026-03-29T02:30', '--at 2026-03-29T02:30 does not exist in Europe/Berlin: clocks are put forward over it'],
    [
      '2025-10-26T02:30',
      '--at 2025-10-26T02:30 comes twice in Europe/Berlin, as clocks are put back over it; ' +
        'write 2025-10-26T02:30+02:00 or 2025-10-26T02:30+01:00',
    ],
    ['2026-03-31', '--at 2026-03-31 lies in the future: it is 2026-03-30T12:00:00Z now'],
    ['2026-03-30T14:01', '--at 2026-03-30T14:01 lies in the future: it is 2026-03-30T12:00:00Z now'],
    ['revision:0', '--at revision:0 does not exist: revisions are whole numbers from 1'],
    [
      'revision:99999999999999999',
      '--at revision:99999999999999999 does not exist: revisions are whole numbers from 1',
    ],
    ...[
      '',
      '2h',
      '-2',
      '-2w',
      'yesterday',
      '15:09',
      '2026-3-14',
      '14.03.2026',
      '2026-03-14T15',
      'revision:x',
      '-1.5h',
    ].map((text) => [
      text,
      `--at cannot be '${text}'; it must be a time such as 2026-03-14T15:09, 2026-03-14T15:09:26Z, 2026-03-14, ` +
        '-2h, -3d or now, or revision:12345',
    ]),
  ])('%s', (text, sentence) => {
    expect(() => parse(text)).toThrow(new UsageError(sentence));
  });
});

describe('where only a time makes sense', () => {
  const parseThere = (text: string) => parseTime(text, '--since', { nowMs: Date.parse(NOW), timeZone: 'UTC' });

  it('now is a time like any other', () => {
    expect(parseThere('now')).toBe(Date.parse(NOW));
    expect(parseThere('-1h')).toBe(Date.parse('2026-03-30T11:00:00Z'));
  });

  it('a revision is refused', () => {
    const sentence = "--since takes a time; 'revision:5' is a row of the journal";
    expect(() => parseThere('revision:5')).toThrow(new UsageError(sentence));
  });

  it('what is no time is answered without offering a revision', () => {
    expect(() => parseThere('tomorrow')).toThrow(
      /^--since cannot be 'tomorrow'; it must be a time such as [^:]*:[^:]*:[^:]*:26Z, 2026-03-14, -2h, -3d or now$/,
    );
  });
});
