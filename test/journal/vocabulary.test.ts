/** The numbers of the journal's words: complete, as the compiler checks, and without gaps. */
import { expect, expectTypeOf, it } from 'vitest';
import type { EventKind } from '../../shared/journal-format/events.ts';
import { ACTIONS, KINDS, TRIGGERS, VERDICTS, Vocabulary } from '../../shared/journal-format/vocabulary.ts';

it('does not compile when a word has no number', () => {
  type Numbers = ConstructorParameters<typeof Vocabulary<'red' | 'green'>>[0];
  expectTypeOf<{ red: 1; green: 2 }>().toExtend<Numbers>();
  expectTypeOf<{ red: 1 }>().not.toExtend<Numbers>();
  expectTypeOf(KINDS).toEqualTypeOf<Vocabulary<EventKind>>();
});

it.each([KINDS, ACTIONS, TRIGGERS, VERDICTS] as const)('numbers its words from 1 without gaps', (vocabulary) => {
  const words: readonly string[] = vocabulary.words;
  const numbers = words.map((word) => (vocabulary as Vocabulary<string>).numberOf(word));
  expect(numbers).toEqual(words.map((_, index) => index + 1));
});

it('throws for a word without a number and for a number without a word', () => {
  const vocabulary = new Vocabulary<string>({ red: 1 });
  expect(() => vocabulary.numberOf('green')).toThrow('the journal has no number for "green"');
  expect(() => vocabulary.wordOf(2)).toThrow('the journal has no word for number 2');
});
