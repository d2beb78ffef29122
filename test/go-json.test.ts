/** JSON as Go encodes maps. The expected texts are written out by the rules of encoding/json. */
import fc from 'fast-check';
import { expect, inject, it } from 'vitest';
import { goJson } from '../shared/go-json.ts';

it.each<[string, object, string]>([
  ['keys of digits', { '9': 1, '10': 2, '1.2': 3, a: 4, A: 5 }, '{"1.2":3,"10":2,"9":1,"A":5,"a":4}'],
  ['keys in the order of their bytes', { '\u{1f600}': 1, '\uffee': 2 }, '{"\uffee":2,"\u{1f600}":1}'],
  ['characters of HTML', { '<': '&>' }, String.raw`{"\u003c":"\u0026\u003e"}`],
  ['separators of lines', ['\u2028\u2029'], String.raw`["\u2028\u2029"]`],
  ['empty values', { a: {}, b: [], c: null, d: '' }, '{"a":{},"b":[],"c":null,"d":""}'],
  ['large numbers', [1e20, 1e21, -1], '[100000000000000000000,1e+21,-1]'],
])('writes %s', (_, value, text) => {
  expect(goJson(value)).toBe(text);
});

it('omits fields without a value', () => {
  expect(goJson({ b: undefined, a: [undefined] })).toBe('{"a":[null]}');
});

it('writes JSON that means the same', () => {
  const value = fc.jsonValue({ depthSize: 'medium' }).filter((one) => typeof one === 'object' && one !== null);
  fc.assert(
    fc.property(value, (one) => {
      expect(JSON.parse(goJson(one as object))).toEqual(JSON.parse(JSON.stringify(one)));
    }),
    { seed: inject('seed') },
  );
});
