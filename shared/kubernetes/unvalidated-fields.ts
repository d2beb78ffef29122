/**
 * Reads fields of objects that are not validated. Never throws. As in Kubernetes decoding, `null` is the empty
 * value of its type, and here so is any value with the wrong type.
 */

const NO_FIELDS: Readonly<Record<string, unknown>> = Object.freeze({});
const NO_ITEMS: readonly never[] = Object.freeze([]);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty object where it is not an object. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : NO_FIELDS;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The elements of a list as text, one for each element. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).map(asText);
}

/** One own field of a map, so that keys such as `constructor` are safe; `undefined` where the map does not have the key. */
export function readEntry(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = map[key];
  if (typeof value === 'string') return value;
  // Inherited values are never strings, so the slower check is needed only for other values.
  return value !== undefined && Object.hasOwn(map, key) ? '' : undefined;
}
