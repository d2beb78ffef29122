/**
 * Collects why an object is rejected, in the same order and with the same cause types as the API server. The
 * messages are Rollcall's own.
 */

/** The cause type of Kubernetes, without the prefix `FieldValue`. */
export type CauseType =
  | 'Required'
  | 'Invalid'
  | 'NotSupported'
  | 'Forbidden'
  | 'Duplicate'
  | 'NotFound'
  | 'TooLong'
  | 'TypeInvalid';

export interface StatusCause {
  readonly kind: CauseType;
  /** Path of the field, for example `spec.template.spec.containers[0].name`; `''` for the whole object. */
  readonly fieldPath: string;
  /** One sentence. It contains the value unless the value can be a secret. */
  readonly message: string;
}

/** Collects the findings of a validator. */
export class Causes {
  readonly all: StatusCause[] = [];

  required(fieldPath: string, why = 'a value is required'): void {
    this.#add('Required', fieldPath, why);
  }

  invalid(fieldPath: string, value: unknown, why: string): void {
    this.#add('Invalid', fieldPath, isPrivate(fieldPath, value) ? why : `${shown(value)}: ${why}`);
  }

  /** One cause per problem, as the syntax checks return them. */
  invalidEach(fieldPath: string, value: string, problems: readonly string[]): void {
    for (const problem of problems) this.invalid(fieldPath, value, problem);
  }

  notSupported(fieldPath: string, value: string, supported: readonly string[]): void {
    this.#add(
      'NotSupported',
      fieldPath,
      `${shownAt(fieldPath, value)} is not supported; use one of ${supported.join(', ')}`,
    );
  }

  forbidden(fieldPath: string, why: string): void {
    this.#add('Forbidden', fieldPath, why);
  }

  duplicate(fieldPath: string, value: string): void {
    this.#add('Duplicate', fieldPath, `${shownAt(fieldPath, value)} is a duplicate`);
  }

  notFound(fieldPath: string, value: string): void {
    this.#add('NotFound', fieldPath, `${shownAt(fieldPath, value)} is not defined`);
  }

  tooLong(fieldPath: string, why: string): void {
    this.#add('TooLong', fieldPath, why);
  }

  typeInvalid(fieldPath: string, why: string): void {
    this.#add('TypeInvalid', fieldPath, why);
  }

  #add(kind: CauseType, fieldPath: string, message: string): void {
    this.all.push({ kind, fieldPath, message });
  }
}

/** Maximum length of a value in a message, because a manifest can contain megabytes in one string. */
const SHOWN_CHARACTERS_MAX = 120;
/** Fields whose values can be secrets, including values of the wrong type (`env: [PASSWORD=...]`). */
const PRIVATE_FIELD = /\.(?:annotations|args|command|env|httpHeaders|options|volumeAttributes)(?:$|[.[])/;

/**
 * A value for a message: JSON, truncated. Causes reach logs and the journal, so values that can be secrets, objects
 * and lists are shown as their type only.
 */
export function shownAt(fieldPath: string, value: unknown): string {
  return isPrivate(fieldPath, value) ? kindOf(value) : shown(value);
}

function isPrivate(fieldPath: string, value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || PRIVATE_FIELD.test(fieldPath);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
