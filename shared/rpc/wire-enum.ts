/**
 * Translates between our words (`missing`) and the enum values of the contract (`DRIFT_KIND_MISSING`). A word or an enum value
 * without its counterpart does not compile.
 */

export interface EnumCodec<Word extends string, Value extends string> {
  toWire(word: Word): Value;
  /** `undefined` for a value that this version does not know. */
  fromWire(value: string): Word | undefined;
  /** All words, in the order of the table. */
  readonly words: readonly Word[];
}

/** `Value`: the generated type of the enum. */
export function enumCodec<Word extends string, Value extends string>(
  table: EnumTable<Word, Value>,
): EnumCodec<Word, Value> {
  const entries = Object.entries<Value>(table) as [Word, Value][];
  const words = new Map<string, Word>(entries.map(([word, value]) => [value, word]));
  const values = new Map(entries);
  return {
    words: [...values.keys()],
    toWire: (word) => values.get(word) as Value,
    fromWire: (value) => words.get(value),
  };
}

/** Each word with the enum value that ends with it; not constructible where an enum value has no word. */
export type EnumTable<Word extends string, Value extends string> = [Untranslated<Word, Value>] extends [never]
  ? Readonly<{ [Key in Word]: ValueOf<Key, Value> }>
  : never;

/** Enum values, but for `..._UNSPECIFIED`, that no word stands for. */
type Untranslated<Word extends string, Value extends string> = Exclude<
  Value,
  `${string}_UNSPECIFIED` | { [Key in Word]: ValueOf<Key, Value> }[Word]
>;

type ValueOf<Word extends string, Value extends string> = Extract<Value, `${string}_${Uppercase<Underscored<Word>>}`>;

type Underscored<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}_${Underscored<Tail>}`
  : Text;
