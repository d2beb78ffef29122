/** Canonical JSON: equal values have equal text, for digests and comparisons. */

/**
 * `value` as JSON with sorted keys and no white space. Omits `undefined` fields, as `JSON.stringify` does. Throws on a
 * cycle or a BigInt.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((element: unknown) => canonicalJson(element ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}
