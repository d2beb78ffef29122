/** Valid and invalid label keys, label values and DNS names. */
import { describe, expect, test } from 'vitest';
import {
  dnsLabelProblems,
  dnsSubdomainProblems,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  labelValueProblems,
  qualifiedNameProblems,
} from '../../shared/kubernetes/label-syntax.ts';

const long = (length: number): string => 'a'.repeat(length);

describe('a qualified name', () => {
  test.each(['a', 'disktype', 'A.b_c-9', 'example.com/tier', 'a/b', `${long(253)}/b`, long(63), 'kubernetes.io/os'])(
    'can be %s',
    (value) => {
      expect(qualifiedNameProblems(value)).toEqual([]);
      expect(isQualifiedName(value)).toBe(true);
    },
  );

  test.each([
    '',
    '/',
    'a/',
    '/a',
    'a/b/c',
    '-a',
    'a-',
    '.a',
    'a b',
    'ä',
    'a\n',
    long(64),
    `${long(254)}/b`,
    'Example.com/tier',
    'ex_ample/tier',
    '-x/tier',
    'a..b/tier',
    'example.com./tier',
    `a/${long(64)}`,
    '__proto__',
  ])('cannot be %j', (value) => {
    expect(qualifiedNameProblems(value)).not.toEqual([]);
    expect(isQualifiedName(value)).toBe(false);
  });

  test('can have several problems, which are all reported', () => {
    expect(qualifiedNameProblems('-x/')).toEqual([
      `prefix part ${dnsSubdomainProblems('-x')[0]}`,
      'name part must not be empty',
    ]);
    expect(qualifiedNameProblems(`-${long(63)}`)).toEqual([
      'name part must be no more than 63 characters',
      "name part must consist of letters, digits, '-', '_' or '.', and must start and end with a letter or digit",
    ]);
  });
});

test('a text of many megabytes is rejected because of its length', () => {
  const huge = 'a.'.repeat(20_000_000);
  expect(qualifiedNameProblems(`${huge}/x`)).toEqual(['prefix part must be no more than 253 characters']);
  expect(labelValueProblems(huge)).toEqual(['must be no more than 63 characters']);
});

describe('a label value', () => {
  test.each(['', 'a', '1.5', '007', 'A_b', long(63)])('can be %j', (value) => {
    expect(labelValueProblems(value)).toEqual([]);
    expect(isLabelValue(value)).toBe(true);
  });

  test.each(['-1', '+5', ' 4', 'a ', 'a/b', long(64), 'a\n', '_'])('cannot be %j', (value) => {
    expect(labelValueProblems(value)).not.toEqual([]);
    expect(isLabelValue(value)).toBe(false);
  });
});

test('a DNS subdomain consists of lower-case labels that are separated by dots', () => {
  for (const value of ['a', 'a.b', 'a-1.b', long(253)]) {
    expect(dnsSubdomainProblems(value)).toEqual([]);
    expect(isDnsSubdomain(value)).toBe(true);
  }
  for (const value of ['', 'A', 'a..b', '.a', 'a.', 'a_b', 'a.-b', long(254)]) {
    expect(dnsSubdomainProblems(value)).not.toEqual([]);
    expect(isDnsSubdomain(value)).toBe(false);
  }
});

test('a DNS label has no dot and at most 63 characters', () => {
  for (const value of ['a', '0', 'a-b', long(63)]) expect(dnsLabelProblems(value)).toEqual([]);
  for (const value of ['', 'a.b', 'A', '-a', 'a-', long(64)]) expect(dnsLabelProblems(value)).not.toEqual([]);
});
