/**
 * Collects why an object is refused, in the order and with the kinds that the API server uses. The
 * sentences are ours.
 */

/** Kubernetes' kind of cause, without its `FieldValue` in front. */
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
  /** One sentence that holds the value where there is one that everybody may read. */
  readonly message: string;
}

/** What a validator writes its findings to. */
export class Causes {
  readonly all: StatusCause[] = [];

  required(fieldPath: string, why = 'a value is needed here'): void {
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
    this.#add('NotSupported', fieldPath, `${shownAt(fieldPath, value)} is none of ${supported.join(', ')}`);
  }

  forbidden(fieldPath: string, why: string): void {
    this.#add('Forbidden', fieldPath, why);
  }

  duplicate(fieldPath: string, value: string): void {
    this.#add('Duplicate', fieldPath, `${shownAt(fieldPath, value)} is there already`);
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

/** Values in sentences stay short: a manifest may hold megabytes in one string. */
const SHOWN_CHARACTERS_MAX = 120;
/** Fields whose values, or what was put there by mistake (`env: [PASSWORD=...]`), can be secrets. */
const PRIVATE_FIELD = /\.(?:annotations|args|command|env|httpHeaders|options|volumeAttributes)(?:$|[.[])/;

/**
 * A value as it appears in a sentence about a field: JSON, cut where it is long. Causes reach logs and the journal, so of
 * a value that can be a secret, and of whole objects and lists, only the kind is told.
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
