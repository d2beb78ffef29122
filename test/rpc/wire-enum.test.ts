/** Codecs between words and the enums of the contract: complete on both sides, checked by the compiler. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type EnumTable, enumCodec } from '../../shared/rpc/wire-enum.ts';

type Light = 'red' | 'dark-green';
type WireLight = 'LIGHT_UNSPECIFIED' | 'LIGHT_RED' | 'LIGHT_DARK_GREEN';

const codec = enumCodec<Light, WireLight>({ red: 'LIGHT_RED', 'dark-green': 'LIGHT_DARK_GREEN' });

it('translates words in both directions', () => {
  expect(codec.words.map((word) => codec.toWire(word))).toEqual(['LIGHT_RED', 'LIGHT_DARK_GREEN']);
  expect(codec.fromWire('LIGHT_DARK_GREEN')).toBe('dark-green');
});

it('returns undefined for an enum value that this version does not know', () => {
  expect(codec.fromWire('LIGHT_BLUE')).toBeUndefined();
  expect(codec.fromWire('LIGHT_UNSPECIFIED')).toBeUndefined();
});

describe('a table does not compile', () => {
  type Table = EnumTable<Light, WireLight>;

  it('without a word', () => {
    expectTypeOf<{ red: 'LIGHT_RED'; 'dark-green': 'LIGHT_DARK_GREEN' }>().toExtend<Table>();
    expectTypeOf<{ red: 'LIGHT_RED' }>().not.toExtend<Table>();
  });

  it('with a word that translates to the enum value of another word', () => {
    expectTypeOf<{ red: 'LIGHT_DARK_GREEN'; 'dark-green': 'LIGHT_DARK_GREEN' }>().not.toExtend<Table>();
  });

  it('where the contract has no enum value for a word', () => {
    expectTypeOf<EnumTable<Light | 'blue', WireLight>['blue']>().toBeNever();
  });

  it('where no word stands for an enum value of the contract', () => {
    expectTypeOf<EnumTable<Light, WireLight | 'LIGHT_BLUE'>>().toBeNever();
  });
});
