/**
 * The JSON types of the fields of a Kubernetes object, and a decoder that uses them. Finds what the API server
 * rejects with 400, for example a number instead of a string or an invalid quantity. Never throws.
 */

import { parseQuantity } from '../quantity.ts';
import type { Causes } from '../status-cause.ts';
import { shownAt } from '../status-cause.ts';
import { isObject } from '../unvalidated-fields.ts';

type ScalarName = 'string' | 'boolean' | 'int32' | 'int64' | 'quantity' | 'intOrString' | 'time';

export type FieldType =
  | { readonly type: ScalarName }
  | { readonly type: 'list'; readonly of: FieldType }
  | { readonly type: 'map'; readonly of: FieldType }
  | { readonly type: 'object'; readonly fields: Readonly<Record<string, FieldType>> };

export const string: FieldType = { type: 'string' };
export const boolean: FieldType = { type: 'boolean' };
export const int32: FieldType = { type: 'int32' };
export const int64: FieldType = { type: 'int64' };
/** A quantity such as `200Mi`, as a string or a number. */
export const quantity: FieldType = { type: 'quantity' };
/** A number or a string, such as `maxUnavailable` or a port. */
export const intOrString: FieldType = { type: 'intOrString' };
/** An RFC 3339 time. */
export const time: FieldType = { type: 'time' };
export const list = (of: FieldType): FieldType => ({ type: 'list', of });
export const map = (of: FieldType): FieldType => ({ type: 'map', of });
export const object = (fields: Readonly<Record<string, FieldType>>): FieldType => ({ type: 'object', fields });

/**
 * Decodes `value`. As in Kubernetes, `null` means an absent field, or an empty element of a list or a map. Unknown
 * fields are kept unchanged. Values with the wrong type are omitted and reported as TypeInvalid.
 */
export function decodeField(value: unknown, type: FieldType, fieldPath: string, causes: Causes): unknown {
  switch (type.type) {
    case 'list':
      return decodeList(value, type.of, fieldPath, causes);
    case 'map':
      return decodeMap(value, type.of, fieldPath, causes);
    case 'object':
      return decodeObject(value, type.fields, fieldPath, causes);
    default:
      return decodeScalar(value, type.type, fieldPath, causes);
  }
}

function decodeList(value: unknown, of: FieldType, fieldPath: string, causes: Causes): unknown {
  if (!Array.isArray(value)) return misfit(value, 'a list', fieldPath, causes);
  return value.map((element: unknown, index) =>
    element === null ? emptyElement(of) : decodeField(element, of, `${fieldPath}[${index}]`, causes),
  );
}

function decodeMap(value: unknown, of: FieldType, fieldPath: string, causes: Causes): unknown {
  if (!isObject(value)) return misfit(value, 'a map', fieldPath, causes);
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [
      key,
      element === null ? emptyElement(of) : decodeField(element, of, `${fieldPath}[${key}]`, causes),
    ]),
  );
}

function decodeObject(
  value: unknown,
  fields: Readonly<Record<string, FieldType>>,
  fieldPath: string,
  causes: Causes,
): unknown {
  if (!isObject(value)) return misfit(value, 'an object', fieldPath, causes);
  const decoded: [string, unknown][] = [];
  for (const [name, element] of Object.entries(value)) {
    if (element === null) continue;
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const path = fieldPath === '' ? name : `${fieldPath}.${name}`;
    decoded.push([name, type === undefined ? element : decodeField(element, type, path, causes)]);
  }
  return Object.fromEntries(decoded);
}

function emptyElement(type: FieldType): unknown {
  switch (type.type) {
    case 'list':
      return [];
    case 'map':
    case 'object':
      return {};
    case 'boolean':
      return false;
    case 'string':
    case 'time':
      return '';
    default:
      return 0;
  }
}

const INT32_MAX = 2 ** 31 - 1;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const scalars: Readonly<Record<ScalarName, { readonly expected: string; fits(value: unknown): boolean }>> = {
  string: { expected: 'a string (quote it in YAML)', fits: (value) => typeof value === 'string' },
  boolean: { expected: 'true or false', fits: (value) => typeof value === 'boolean' },
  int32: { expected: 'a 32-bit integer', fits: isInt32 },
  int64: { expected: 'an integer', fits: isInt64 },
  intOrString: {
    expected: 'an integer or a string',
    fits: (value) => typeof value === 'string' || isInt32(value),
  },
  quantity: {
    expected: 'a quantity such as 100m, 2 or 200Mi',
    fits: (value) => (typeof value === 'string' || typeof value === 'number') && parseQuantity(value) !== null,
  },
  time: {
    expected: 'a time such as 2026-01-31T12:00:00Z',
    fits: isTime,
  },
};

function decodeScalar(value: unknown, name: ScalarName, fieldPath: string, causes: Causes): unknown {
  const scalar = scalars[name];
  return scalar.fits(value) ? value : misfit(value, scalar.expected, fieldPath, causes);
}

function isInt32(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -INT32_MAX - 1 && value <= INT32_MAX;
}

function isTime(value: unknown): boolean {
  if (typeof value !== 'string' || !RFC_3339.test(value) || Number.isNaN(Date.parse(value))) return false;
  // Date accepts February 30 and 24:00, so the fields are checked separately.
  const days = new Date(`${value.slice(0, 10)}T00:00:00Z`).toISOString();
  return days.startsWith(value.slice(0, 10)) && value.slice(11, 13) !== '24';
}

/** A JavaScript number cannot distinguish the largest 64-bit integer from the next one. The first must be accepted. */
function isInt64(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= -(2 ** 63) && value <= 2 ** 63;
}

function misfit(value: unknown, expected: string, fieldPath: string, causes: Causes): undefined {
  causes.typeInvalid(fieldPath, `must be ${expected}, not ${shownAt(fieldPath, value)}`);
  return undefined;
}
