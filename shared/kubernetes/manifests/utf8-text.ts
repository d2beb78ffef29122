/** Decodes UTF-8 and reports the position of invalid bytes instead of replacing them. */
import type { TextProblem } from './text-documents.ts';

const LINE_FEED = 0x0a;

/** The text of `bytes` without a byte order mark, or the problem. */
export function decodeUtf8(bytes: Uint8Array, sourceName: string): { text: string } | { problem: TextProblem } {
  const encoding = otherEncoding(bytes);
  if (encoding !== null) {
    const message = `${sourceName} is ${encoding}, not UTF-8; save it as UTF-8.`;
    return { problem: { code: 'NotText', message, line: 0 } };
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) return { problem: badByte(bytes, nul, sourceName, 'a NUL byte') };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { problem: badByte(bytes, firstBadByte(bytes), sourceName, 'bytes that are not UTF-8') };
  }
}

function otherEncoding(bytes: Uint8Array): string | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16';
  if (first === 0xfe && second === 0xff) return 'UTF-16';
  return null;
}

function badByte(bytes: Uint8Array, offset: number, sourceName: string, what: string): TextProblem {
  let line = 1;
  for (let index = bytes.indexOf(LINE_FEED); index !== -1 && index < offset; ) {
    line++;
    index = bytes.indexOf(LINE_FEED, index + 1);
  }
  return { code: 'NotText', message: `${sourceName}:${line} contains ${what} at byte ${offset}.`, line };
}

/** The offset of the first invalid byte, by bisection: a valid prefix decodes in streaming mode. Requires invalid bytes. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (good < bad) {
    const middle = Math.floor((good + bad) / 2) + 1;
    if (middle > bad) break;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle - 1;
  }
  return good;
}

function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
