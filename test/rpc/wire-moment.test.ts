/** Conversion of moments and of the enums of the audit service to the wire and back. */
import { expect, test } from 'vitest';
import { asOfFromWire, asOfToWire, momentFromWire, momentToWire } from '../../shared/rpc/wire-moment.ts';
import { anchorStateCodec, exportFormatCodec, retainedRowsStateCodec } from '../../shared/rpc/wire-words.ts';

test('a moment is a time or a revision, and an unset moment means now', () => {
  expect(momentFromWire(null)).toBeNull();
  expect(momentFromWire({})).toBeNull();
  expect(momentFromWire({ moment: 'revision', revision: '12345' })).toEqual({ revision: 12345 });
  expect(momentToWire({ revision: 12345 })).toEqual({ revision: '12345' });
  expect(momentToWire({ timeMs: 1_500 })).toEqual({ time: { seconds: '1', nanos: 500_000_000 } });
  expect(momentToWire({ timeMs: 0 })).toEqual({ time: { seconds: '0', nanos: 0 } });
  expect(momentFromWire({ moment: 'time', time: { seconds: '1', nanos: 500_000_000 } })).toEqual({ timeMs: 1_500 });
});

test('converts the moment of an answer in both directions', () => {
  const asOf = { revision: 7, timeMs: 2_000, recordedMs: 1_000, isFromJournal: true };
  const { revision, time, recordTime, fromJournal } = asOfToWire(asOf);
  const read = {
    revision: String(revision),
    time: time as { seconds: string; nanos: number },
    recordTime: recordTime as { seconds: string; nanos: number },
    fromJournal: fromJournal === true,
  };
  expect(asOfFromWire(read)).toEqual(asOf);
});

test('converts the enums of the audit service', () => {
  expect(anchorStateCodec.words.map((word) => anchorStateCodec.toWire(word))).toEqual([
    'ANCHOR_STATE_MATCHES',
    'ANCHOR_STATE_DIFFERS',
    'ANCHOR_STATE_MISSING',
    'ANCHOR_STATE_PRUNED',
  ]);
  expect(retainedRowsStateCodec.fromWire('RETAINED_ROWS_STATE_SEALED')).toBe('sealed');
  expect(exportFormatCodec.fromWire('EXPORT_FORMAT_CSV')).toBe('csv');
});
