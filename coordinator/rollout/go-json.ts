/** JSON as Go encodes a value that was decoded into maps: keys in the order of their bytes, and without characters that HTML escapes. */
import { escapeLikeGo } from '../../shared/go-json-escapes.ts';
import { isObject } from '../../shared/kubernetes/unvalidated-fields.ts';

export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isObject(value)) return escapeLikeGo(JSON.stringify(value ?? null));
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  const sorted = entries.sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  return `{${sorted.map(([key, one]) => `${escapeLikeGo(JSON.stringify(key))}:${goJson(one)}`).join(',')}}`;
}
