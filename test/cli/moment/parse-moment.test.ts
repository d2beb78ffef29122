/** The parser of moments, and its errors. */
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
  ])('%s in Berlin is %s', (text, expected) => {
    expect(isoOf(text)).toBe(expected);
  });

  it('can be now or a revision', () => {
    expect(parse('now')).toBe(null);
    expect(parse('revision:12345')).toEqual({ revision: 12_345 });
  });

  it.each([
    ['UTC', '2026-03-14T15:09:00.000Z'],
    ['America/New_York', '2026-03-14T19:09:00.000Z'],
    ['Asia/Kathmandu', '2026-03-14T09:24:00.000Z'],
    ['Pacific/Kiritimati', '2026-03-14T01:09:00.000Z'],
  ])('without a zone is in the local zone, here %s', (timeZone, expected) => {
    expect(isoOf('2026-03-14T15:09', timeZone)).toBe(expected);
  });

  it('is correct before and after a clock change', () => {
    expect(isoOf('2026-03-29T01:59')).toBe('2026-03-29T00:59:00.000Z');
    expect(isoOf('2026-03-29T03:00')).toBe('2026-03-29T01:00:00.000Z');
    expect(isoOf('2025-10-26T01:59')).toBe('2025-10-25T23:59:00.000Z');
    expect(isoOf('2025-10-26T03:00')).toBe('2025-10-26T02:00:00.000Z');
  });

  it('that is a date means its first instant, even if clocks skip midnight', () => {
    expect(isoOf('2025-04-25', 'Africa/Cairo')).toBe('2025-04-24T22:00:00.000Z');
  });
});

describe('an invalid moment is rejected with a reason:', () => {
  it.each([
    ['2026-02-30', "invalid value '2026-02-30' for --at: 2026-02 has 28 days"],
    ['2025-02-29T10:00', "invalid value '2025-02-29T10:00' for --at: 2025-02 has 28 days"],
    ['2026-03-00', "invalid value '2026-03-00' for --at: 2026-03 has 31 days"],
    ['2026-13-01', "invalid value '2026-13-01' for --at: the month must be 01 to 12"],
    ['2026-03-14T25:00', "invalid value '2026-03-14T25:00' for --at: the hour must be 00 to 23"],
    ['2026-03-14T24:00', "invalid value '2026-03-14T24:00' for --at: the hour must be 00 to 23"],
    ['2026-03-14T15:60', "invalid value '2026-03-14T15:60' for --at: the minute must be 00 to 59"],
    ['2026-03-14T15:09:60', "invalid value '2026-03-14T15:09:60' for --at: the second must be 00 to 59"],
    [
      '2026-03-14T15:09+25:00',
      "invalid value '2026-03-14T15:09+25:00' for --at: the UTC offset +25:00 is out of range",
    ],
    [
      '2026-03-29T02:30',
      "invalid value '2026-03-29T02:30' for --at: the time does not exist in Europe/Berlin, because clocks are set forward",
    ],
    [
      '2025-10-26T02:30',
      "invalid value '2025-10-26T02:30' for --at: the time occurs twice in Europe/Berlin, because clocks are set back; " +
        'specify 2025-10-26T02:30+02:00 or 2025-10-26T02:30+01:00',
    ],
    ['2026-03-31', "invalid value '2026-03-31' for --at: the time is in the future; it is now 2026-03-30T12:00:00Z"],
    [
      '2026-03-30T14:01',
      "invalid value '2026-03-30T14:01' for --at: the time is in the future; it is now 2026-03-30T12:00:00Z",
    ],
    ['revision:0', "invalid value 'revision:0' for --at: a revision is a positive integer"],
    [
      'revision:99999999999999999',
      "invalid value 'revision:99999999999999999' for --at: a revision is a positive integer",
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
      `invalid value '${text}' for --at: must be a time such as 2026-03-14T15:09, 2026-03-14T15:09:26Z, 2026-03-14, ` +
        '-2h, -3d or now, or revision:12345',
    ]),
  ])('%s', (text, sentence) => {
    expect(() => parse(text)).toThrow(new UsageError(sentence));
  });
});

describe('an option that requires a time', () => {
  const parseThere = (text: string) => parseTime(text, '--since', { nowMs: Date.parse(NOW), timeZone: 'UTC' });

  it('accepts now', () => {
    expect(parseThere('now')).toBe(Date.parse(NOW));
    expect(parseThere('-1h')).toBe(Date.parse('2026-03-30T11:00:00Z'));
  });

  it('rejects a revision', () => {
    const sentence = "invalid value 'revision:5' for --since: must be a time, not a revision";
    expect(() => parseThere('revision:5')).toThrow(new UsageError(sentence));
  });

  it('does not offer a revision in the error for an invalid time', () => {
    expect(() => parseThere('tomorrow')).toThrow(
      /^invalid value 'tomorrow' for --since: must be a time such as [^:]*:[^:]*:[^:]*:26Z, 2026-03-14, -2h, -3d or now$/,
    );
  });
});
