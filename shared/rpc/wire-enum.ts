/** Enums on the wire (`DRIFT_KIND_MISSING`) and inside (`missing`). */

export interface EnumCodec<Value extends string, Prefix extends string> {
  toWire(value: Value): WireName<Value, Prefix>;
  /** `undefined` for a value that this build does not know: a newer peer's. */
  fromWire(wire: string): Value | undefined;
  readonly values: readonly Value[];
}

/** `values` must be every value of the union; words are joined with a dash inside, `_` on the wire. */
export function enumCodec<Value extends string>() {
  return <Prefix extends string>(prefix: Prefix, values: readonly Value[]): EnumCodec<Value, Prefix> => {
    const toWire = new Map(values.map((value) => [value, `${prefix}_${value.toUpperCase().replaceAll('-', '_')}`]));
    const fromWire = new Map([...toWire].map(([value, wire]) => [wire, value]));
    return {
      values,
      toWire: (value) => toWire.get(value) as WireName<Value, Prefix>,
      fromWire: (wire) => fromWire.get(wire),
    };
  };
}

type Underscored<Text extends string> = Text extends `${infer Head}-${infer Tail}`
  ? `${Head}_${Underscored<Tail>}`
  : Text;
type WireName<Value extends string, Prefix extends string> = `${Prefix}_${Uppercase<Underscored<Value>>}`;
