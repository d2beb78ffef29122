/** The ticks of a time axis have round times, and their labels never overlap. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Tick, ticksBetween } from '../../../cli/timeline/ticks.ts';

function labels(from: string, to: string, characters: number): string[] {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return ticksBetween(fromMs, toMs, (toMs - fromMs) / characters).map(({ label }) => label);
}

describe('a time axis', () => {
  it.each<[string, string, string, string[]]>([
    ['seconds', '2026-03-14T15:09:26Z', '2026-03-14T15:10:20Z', ['15:09:30', '15:09:45', '15:10:00', '15:10:15']],
    ['minutes', '2026-03-14T15:09:26Z', '2026-03-14T15:32:00Z', ['15:10', '15:15', '15:20', '15:25', '15:30']],
    ['hours', '2026-03-14T15:09:26Z', '2026-03-14T20:30:00Z', ['16:00', '17:00', '18:00', '19:00', '20:00']],
    [
      'the day at midnight',
      '2026-03-14T15:00:00Z',
      '2026-03-15T09:00:00Z',
      ['15:00', '18:00', '21:00', '03-15', '03:00', '06:00', '09:00'],
    ],
    ['days', '2026-03-14T15:00:00Z', '2026-03-18T09:00:00Z', ['03-15', '03-16', '03-17', '03-18']],
    ['Mondays', '2026-03-14T15:00:00Z', '2026-04-14T09:00:00Z', ['03-16', '03-23', '03-30', '04-06', '04-13']],
    ['months', '2026-03-14T15:00:00Z', '2026-07-14T09:00:00Z', ['2026-04', '2026-05', '2026-06', '2026-07']],
    ['years', '2019-03-14T15:00:00Z', '2026-03-14T09:00:00Z', ['2020', '2021', '2022', '2023', '2024', '2025', '2026']],
  ])('has labels for %s', (_, from, to, expected) => {
    expect(labels(from, to, 50)).toEqual(expected);
  });

  it('is ascending, stays in its range, and has room for every label, for any range', () => {
    const anyTime = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) });
    const anyLength = fc.integer({ min: 1_000, max: 40 * 365 * 86_400_000 });
    fc.assert(
      fc.property(anyTime, anyLength, fc.integer({ min: 20, max: 400 }), (fromMs, lengthMs, characters) => {
        const characterMs = lengthMs / characters;
        const ticks = ticksBetween(fromMs, fromMs + lengthMs, characterMs);
        const times = ticks.map(({ timeMs }) => timeMs);
        expect(times.filter((timeMs) => timeMs < fromMs || timeMs > fromMs + lengthMs)).toEqual([]);
        const isCrowded = ({ label }: Tick, index: number) =>
          ((times[index + 1] ?? Number.POSITIVE_INFINITY) - (times[index] ?? 0)) / characterMs <= label.length;
        expect(ticks.filter(isCrowded)).toEqual([]);
      }),
    );
  });
});
