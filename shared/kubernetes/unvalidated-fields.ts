/**
 * Reads objects that nobody has validated. Never throws: as in Kubernetes' own decoding, `null` is the
 * empty value of its type, and here so is anything else of the wrong type.
 */

const NO_FIELDS: Readonly<Record<string, unknown>> = Object.freeze({});
const NO_ITEMS: readonly never[] = Object.freeze([]);

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Any value as an object whose fields may be read; the empty object where it is none. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : NO_FIELDS;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NO_ITEMS;
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The text of a list's elements, one for one. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).map(asText);
}

/**
 * One own field of a map with free keys, so that keys such as `constructor` mean what the author
 * wrote. `undefined` where the map lacks the key.
 */
export function readEntry(map: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = map[key];
  if (typeof value === 'string') return value;
  // What is inherited is never text, so the slow question is asked for odd values only.
  return value !== undefined && Object.hasOwn(map, key) ? '' : undefined;
}
