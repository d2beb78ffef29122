/** Parsing and formatting of setting values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, isLoopback, parseAddress } from '../../shared/settings/address.ts';
import { parseBytes, parseDurationMs } from '../../shared/settings/values.ts';

describe('parseDurationMs', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['90d', 7_776_000_000],
  ])('parses %s to %d ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', '10', 's', '1.5s', '-1s', '1 s', '1S', '1h30m', '1y', '99999999999999d', '1constructor'])(
    'rejects %j',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );
});

describe('parseBytes', () => {
  it.each([
    ['0', 0],
    ['100B', 100],
    ['1KiB', 1024],
    ['5GiB', 5_368_709_120],
    ['1TiB', 1_099_511_627_776],
  ])('parses %s to %d bytes', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', '5', '5GB', '5gib', '0.5GiB', '99999TiB'])('rejects %j', (text) => {
    expect(parseBytes(text)).toBeUndefined();
  });
});

describe('parseAddress', () => {
  it.each([
    ['127.0.0.1:7655', { host: '127.0.0.1', port: 7655 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['coordinator.rollcall.svc:65535', { host: 'coordinator.rollcall.svc', port: 65_535 }],
  ])('parses %s, and formatAddress returns the same text', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(formatAddress(address)).toBe(text);
  });

  it.each([
    '',
    ':7655',
    'localhost',
    'localhost:',
    'localhost:65536',
    '::1:7655',
    '[127.0.0.1]:1',
    'http://a:1',
    'a b:1',
  ])('rejects %j', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });

  it('does not change when it is formatted and parsed again', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(
      fc.property(
        fc.record({ host, port: fc.integer({ min: 0, max: 65_535 }) }, { noNullPrototype: true }),
        (address) => {
          expect(parseAddress(formatAddress(address))).toEqual(address);
        },
      ),
    );
  });

  it('is a loopback address only if no other machine can reach it', () => {
    const loopback = ['localhost', '127.0.0.1', '127.8.0.1', '::1'];
    const open = ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'example.org', '::ffff:10.0.0.1'];
    expect(loopback.filter((host) => !isLoopback({ host, port: 1 }))).toEqual([]);
    expect(open.filter((host) => isLoopback({ host, port: 1 }))).toEqual([]);
  });
});
