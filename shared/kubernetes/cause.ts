/**
 * Collects why an object is refused, in the order and with the kinds that the API server uses. The
 * sentences are ours.
 */

/** Kubernetes' kind of cause, without its `FieldValue` in front. */
export type CauseKind =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Forbidden'
  | 'Duplicate'
  | 'NotFound'
  | 'TooLong'
  | 'TypeInvalid';

export interface Cause {
  readonly kind: CauseKind;
  /** Path of the field, for example `spec.template.spec.containers[0].name`; `''` for the whole object. */
  readonly fieldPath: string;
  /** One sentence that holds the value where there is one. */
  readonly message: string;
}

/** What a validator writes its findings to. */
export class Causes {
  readonly all: Cause[] = [];

  required(fieldPath: string, why = 'a value is needed here'): void {
    this.#add('Required', fieldPath, why);
  }

  invalid(fieldPath: string, value: unknown, why: string): void {
    this.#add('Invalid', fieldPath, `${shown(value)}: ${why}`);
  }

  /** One cause per problem, as the syntax checks return them. */
  invalidEach(fieldPath: string, value: string, problems: readonly string[]): void {
    for (const problem of problems) this.invalid(fieldPath, value, problem);
  }

  notSupported(fieldPath: string, value: string, supported: readonly string[]): void {
    this.#add('NotSupported', fieldPath, `${shown(value)} is none of ${supported.join(', ')}`);
  }

  forbidden(fieldPath: string, why: string): void {
    this.#add('Forbidden', fieldPath, why);
  }

  duplicate(fieldPath: string, value: string): void {
    this.#add('Duplicate', fieldPath, `${shown(value)} is there already`);
  }

  notFound(fieldPath: string, value: string): void {
    this.#add('NotFound', fieldPath, `${shown(value)} is not defined`);
  }

  tooLong(fieldPath: string, why: string): void {
    this.#add('TooLong', fieldPath, why);
  }

  typeInvalid(fieldPath: string, why: string): void {
    this.#add('TypeInvalid', fieldPath, why);
  }

  #add(kind: CauseKind, fieldPath: string, message: string): void {
    this.all.push({ kind, fieldPath, message });
  }
}

/** Values in sentences stay short: a manifest may hold megabytes in one string. */
const SHOWN_CHARACTERS_MAX = 120;

/** A value as it appears in a sentence: JSON, cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}
