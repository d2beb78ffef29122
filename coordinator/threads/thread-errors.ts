/**
 * Sends errors between threads. The message and the stack of every error cross. Classes of errors that callers tell apart are
 * restored by a codec, which the module that owns the class passes to its ports.
 */

/** Restores one class of errors on the other side. */
export interface ErrorCodec {
  /** Name of the class; unique among the codecs of a port. */
  readonly name: string;
  /** What the error carries beside its message, as structured-cloneable data; `undefined` for an error of another class. */
  encode(error: Error): object | undefined;
  decode(message: string, facts: object): Error;
}

export interface ErrorMessage {
  readonly message: string;
  readonly stack: string | undefined;
  /** Set for an error of a class that a codec knows. */
  readonly encoded?: { readonly name: string; readonly facts: object };
}

export function errorCodec<Thrown extends Error, Facts extends object>(
  type: abstract new (...args: never[]) => Thrown,
  encode: (error: Thrown) => Facts,
  decode: (message: string, facts: Facts) => Thrown,
): ErrorCodec {
  return {
    name: type.name,
    encode: (error) => (error instanceof type ? encode(error) : undefined),
    decode: (message, facts) => decode(message, facts as Facts),
  };
}

export function encodeError(error: unknown, codecs: readonly ErrorCodec[]): ErrorMessage {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  for (const codec of codecs) {
    const facts = codec.encode(error);
    if (facts !== undefined) return { message, stack, encoded: { name: codec.name, facts } };
  }
  return { message, stack };
}

export function decodeError({ message, stack, encoded }: ErrorMessage, codecs: readonly ErrorCodec[]): Error {
  const codec = codecs.find(({ name }) => name === encoded?.name);
  const error = codec && encoded ? codec.decode(message, encoded.facts) : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
