/** Finds the position of a JSON syntax error, which JSON.parse does not always report. */

const PUNCTUATION = /[{}[\],:]/y;
const SCALAR =
  /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd' | 'nothing';

/** The offset of the first unexpected character, or the length of `text` if the end is unexpected. */
export function jsonErrorOffset(text: string): number {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let position = skipSpace(text, 0); position < text.length && expected !== 'nothing'; ) {
    const token = tokenAt(text, position);
    const next: Expected | null = token === '' ? null : afterToken(token, expected, open);
    if (next === null) return position;
    expected = next;
    position = skipSpace(text, position + token.length);
  }
  return text.length;
}

/** What may follow `token`, or `null` if the token is unexpected. Updates `open`. */
function afterToken(token: string, expected: Expected, open: ('{' | '[')[]): Expected | null {
  const isValueExpected = expected === 'value' || expected === 'valueOrEnd';
  switch (token) {
    case '{':
    case '[':
      if (!isValueExpected) return null;
      open.push(token);
      return token === '{' ? 'keyOrEnd' : 'valueOrEnd';
    case '}':
    case ']':
      return afterClosing(token, expected, open);
    case ',':
      if (expected !== 'commaOrEnd') return null;
      return open.at(-1) === '{' ? 'key' : 'value';
    case ':':
      return expected === 'colon' ? 'value' : null;
    default:
      if (expected === 'key' || expected === 'keyOrEnd') return token.startsWith('"') ? 'colon' : null;
      return isValueExpected ? afterValue(open) : null;
  }
}

function afterClosing(token: '}' | ']', expected: Expected, open: ('{' | '[')[]): Expected | null {
  const empty: Expected = token === '}' ? 'keyOrEnd' : 'valueOrEnd';
  if (expected !== empty && expected !== 'commaOrEnd') return null;
  return open.pop() === (token === '}' ? '{' : '[') ? afterValue(open) : null;
}

function afterValue(open: readonly string[]): Expected {
  return open.length === 0 ? 'nothing' : 'commaOrEnd';
}

function tokenAt(text: string, position: number): string {
  for (const pattern of [PUNCTUATION, SCALAR]) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match !== null) return match[0];
  }
  return '';
}

function skipSpace(text: string, position: number): number {
  let next = position;
  while (next < text.length && ' \t\r\n'.includes(text.charAt(next))) next++;
  return next;
}
