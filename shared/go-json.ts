/**
 * JSON as Go encodes maps (encoding/json): keys in the order of their bytes, and without the characters that HTML escapes. The API
 * server keeps some bytes as they were sent, and programs compare them. JSON.stringify would move keys such as `10` to the front.
 */
export function goJson(value: object): string {
  return textOf(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Every body of a request passes here, so that it concatenates instead of building lists. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${text && ','}${textOf(item)}`;
    return `[${text}]`;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key of inByteOrder(Object.keys(fields))) {
    if (fields[key] !== undefined) text += `${text && ','}${quoted(key)}:${textOf(fields[key])}`;
  }
  return `{${text}}`;
}

/** Text without characters that JSON escapes, which is most text, is quoted in half the time. */
function quoted(text: string): string {
  return /^[ !#-[\]-~]*$/.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** The order of UTF-16 units, which JavaScript compares, is that of the bytes below the surrogates. */
function inByteOrder(keys: string[]): string[] {
  let isSorted = true;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (/[\ud800-\uffff]/.test(key)) return keys.sort(compareBytes);
    isSorted &&= index === 0 || (keys[index - 1] as string) < key;
  }
  return isSorted ? keys : keys.sort();
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
